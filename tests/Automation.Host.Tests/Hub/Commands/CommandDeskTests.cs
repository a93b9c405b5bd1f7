using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Tests.Validation;
using Automation.Mqtt;
using Automation.TestKit;

namespace Automation.Host.Tests.Hub.Commands;

public sealed class CommandDeskTests
{
    private const string Area = "store/panel/area/1";

    [Fact, Trait("Req", "ACT-8")]
    public async Task Command_WithATransaction_CarriesItToTheRequest()
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        await house.SendAsync(Area, """{"action":"arm","mode":"away","transaction":"t-1"}""");
        SiteInput.Command command = house.Taken()!;
        Assert.Equal(("arm", Area, "away", "\"t-1\""), (command.Action, command.On.Value, command.Parameters["mode"].Text, command.Transaction));
        Assert.Equal(ActionTypes.All["arm"].WorthDoing, command.Worth);
        Assert.Equal(("phone", "command", Area, ""), (house.Operations.All[^1].By, house.Operations.All[^1].What, house.Operations.All[^1].Target, house.Operations.All[^1].Refusal));
        Assert.DoesNotContain(house.Bus.Published, m => m.Topic.EndsWith("/actions", StringComparison.Ordinal));
    }

    [Theory, Trait("Req", "ACT-8")]
    [InlineData(Area, "open sesame", "'open sesame' is not an action")]
    [InlineData(Area, "{", "is not JSON")]
    [InlineData(Area, """{"mode":"away"}""", "no \"action\"")]
    [InlineData(Area, """{"action":7}""", "no \"action\"")]
    [InlineData(Area, """{"action":"arm","mode":["away"]}""", "is not a single value")]
    [InlineData(Area, """{"action":"arm","mode":"far"}""", "mode")]
    [InlineData(Area, """{"action":"arm","transaction":{}}""", "\"transaction\"")]
    [InlineData(Area, "openDoor", "cannot be done on a area")]
    [InlineData("store/panel/area/9", "disarm", "there is no resource store/panel/area/9")]
    [InlineData("store/nobody", "reboot", "there is no resource store/nobody")]
    [InlineData("store/Panel", "reboot", "there is no such resource")]
    public async Task Command_ThatCannotBeDone_IsRefusedWithWhatToChange(string on, string payload, string expected)
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        JsonElement refusal = await house.RefusedAsync(on, payload);
        Assert.Contains(expected, refusal.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(on, refusal.GetProperty("on").GetString());
    }

    [Fact, Trait("Req", "ACT-8")]
    public async Task Command_ThatIsTooLong_OrOfAStrangeType_IsRefused()
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        Assert.Contains("longer than 4096 bytes", Message(await house.RefusedAsync(Area, new string('x', 4097))), StringComparison.Ordinal);
        Assert.Contains("'application/xml'", Message(await house.RefusedAsync(Area, "disarm", m => m with { ContentType = "application/xml" })), StringComparison.Ordinal);
        await house.SendAsync(Area, "disarm", m => m with { ContentType = "text/plain; charset=utf-8" });
        Assert.NotNull(house.Taken());
    }

    [Fact, Trait("Req", "HUB-5")]
    public async Task Command_ThatWasRetained_IsRefused_AndTakingItAwayIsNone()
    {
        await using CommandHouse house = await CommandHouse.StartAsync(left: "disarm");
        Assert.Null(house.Taken());
        await Until.True(() => house.Bus.Published.Any(m => m.Topic == "automation/store/actions"));
        Assert.Contains("retained", Encoding.UTF8.GetString(house.Bus.Published[^1].Payload.Span), StringComparison.Ordinal);
        int said = house.Operations.All.Count;
        await house.SendAsync(Area, "", m => m with { Retain = true });
        Assert.Equal((null, said), (house.Taken(), house.Operations.All.Count));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Command_WithTheSameTransactionAgain_IsRefused_UntilItIsForgotten()
    {
        const string Same = """{"action":"arm","transaction":17}""";
        await using CommandHouse house = await CommandHouse.StartAsync();
        await house.SendAsync(Area, Same);
        Assert.NotNull(house.Taken());
        JsonElement refusal = await house.RefusedAsync(Area, Same);
        Assert.Equal(17, refusal.GetProperty("transaction").GetInt32());
        Assert.Contains("the transaction 17 was taken already", Message(refusal), StringComparison.Ordinal);

        // Somebody else's, another resource's, another one: they are other commands.
        await house.SendAsync(Area, Same, m => m with { PublisherClientId = "tablet" });
        Assert.NotNull(house.Taken());
        await house.SendAsync("store/panel/area/2", Same);
        Assert.NotNull(house.Taken());
        await house.SendAsync(Area, """{"action":"arm","transaction":18}""");
        Assert.NotNull(house.Taken());

        house.Time.Advance(TimeSpan.FromMinutes(10));
        await house.SendAsync(Area, Same);
        Assert.NotNull(house.Taken());
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Command_ThatWasSentAgainByTheProtocol_IsDoneOnce()
    {
        await using CommandHouse house = await CommandHouse.StartAsync();

        // The first copy may have been lost: then the second is the command.
        await house.SendAsync("store/gate/door/1", "openDoor", m => m with { IsRedelivered = true });
        Assert.NotNull(house.Taken());
        Assert.Contains("sent again", Message(await house.RefusedAsync("store/gate/door/1", "openDoor", m => m with { IsRedelivered = true })), StringComparison.Ordinal);

        // A person who presses twice means it.
        await house.SendAsync("store/gate/door/1", "openDoor");
        Assert.NotNull(house.Taken());
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Command_ThatWasRefused_MayBeSentAgain()
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        const string Same = """{"action":"arm","mode":"far","transaction":1}""";
        string first = Message(await house.RefusedAsync(Area, Same));
        Assert.Equal(first, Message(await house.RefusedAsync(Area, Same)));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task Command_OfTooManyThatAreRemembered_ForgetsTheOldest()
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        for (int i = 0; i <= Automation.Host.Hub.Commands.CommandLedger.MaximumTaken; i++) house.Ledger.Taken($"{i}");
        Assert.False(house.Ledger.WasTaken("0"));
        Assert.True(house.Ledger.WasTaken("1"));
    }

    [Theory, Trait("Req", "ACT-10")]
    [InlineData(5u, 5)]
    [InlineData(uint.MaxValue, 0)]
    public async Task Command_WithAnExpiry_IsWorthNoLonger(uint seconds, int expected)
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        await house.SendAsync(Area, "disarm", m => m with { ExpirySeconds = seconds });
        Assert.Equal(expected == 0 ? ActionTypes.All["disarm"].WorthDoing : TimeSpan.FromSeconds(expected), house.Taken()!.Worth);
    }

    [Fact, Trait("Req", "HUB-5")]
    public async Task Command_WithAResponseTopic_IsAnsweredThereWhenItEnded()
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        await house.SendAsync(Area, """{"action":"arm","transaction":"t"}""", m => m with
        {
            ResponseTopic = "phone/answers", CorrelationData = new byte[] { 1, 2 }, UserProperties = [new("for", "kitchen")],
        });
        SiteInput.Command command = house.Taken()!;
        var request = new ActionRequest
        {
            Cause = new CauseId("store", 4), Rule = "command", Index = 0, Action = command.Action, On = command.On, Parameters = command.Parameters, At = house.Time.GetUtcNow(),
            ExpiresAt = house.Time.GetUtcNow() + command.Worth, Transaction = command.Transaction,
        };
        command.Requested!(request.Id);
        Assert.DoesNotContain(house.Bus.Published, m => m.Topic == "phone/answers");
        await house.Ledger.EndedAsync(request, ActionOutcome.Done("1 OK"), 1);
        MqttMessage message = Assert.Single(house.Bus.Published, m => m.Topic == "phone/answers");
        Assert.Equal([1, 2], message.CorrelationData.ToArray());
        Assert.Equal([new("for", "kitchen")], message.UserProperties);
        Assert.Equal(("application/json", true), (message.ContentType, message.PayloadIsText));
        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(message.Payload.Span);
        Assert.Empty(ShippedSchemas.Topic("response").Validate(answer));
        Assert.Equal(("ok", "t", "succeeded"), (answer.GetProperty("status").GetString(), answer.GetProperty("transaction").GetString(), answer.GetProperty("data").GetProperty("outcome").GetString()));
        Assert.Empty(ShippedSchemas.Topic("action").Validate(answer.GetProperty("data")));
    }

    [Fact, Trait("Req", "HUB-5")]
    public async Task Command_ThatIsRefused_IsAnsweredAtItsResponseTopicToo()
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        await house.RefusedAsync(Area, """{"action":"explode","transaction":"t"}""", m => m with { ResponseTopic = "phone/answers" });
        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(Assert.Single(house.Bus.Published, m => m.Topic == "phone/answers").Payload.Span);
        Assert.Equal(("error", "t"), (answer.GetProperty("status").GetString(), answer.GetProperty("transaction").GetString()));
        JsonElement refusal = await house.RefusedAsync(Area, "disarm", m => m with { ResponseTopic = "automation/store/gate/door/1/set" });
        Assert.Contains("response topic", Message(refusal), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-5")]
    public async Task Command_WhenThePluginStops_IsAnsweredThatItGoesOn()
    {
        await using CommandHouse house = await CommandHouse.StartAsync();
        await house.SendAsync(Area, "disarm", m => m with { ResponseTopic = "phone/answers" });
        house.Taken()!.Requested!("store-4.0");
        await house.Ledger.StopAsync();
        Assert.Contains("store-4.0", Encoding.UTF8.GetString(Assert.Single(house.Bus.Published, m => m.Topic == "phone/answers").Payload.Span), StringComparison.Ordinal);
    }

    private static string Message(JsonElement refusal) => refusal.GetProperty("message").GetString()!;
}
