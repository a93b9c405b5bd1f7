using System.Text.Json;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Host.Hub.Requests;
using Automation.Host.Notifications;
using Automation.Host.Tests.Hub;
using Automation.Host.Tests.Operations;
using Automation.Host.Tests.Storage;
using Automation.Host.Tests.Validation;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Notifications;

/// <summary>The portal over MQTT requests.</summary>
public sealed class NotificationVerbsTests
{
    [Fact, Trait("Req", "EXC-3"), Trait("Req", "HUB-5")]
    public async Task Acknowledge_IsKept_Told_AndListed()
    {
        await using House house = await House.StartAsync();
        await house.NotifyAsync(1);
        await house.NotifyAsync(2);
        JsonElement list = await house.DataAsync("notifications/list", """{"filter":"open"}""");
        Assert.Equal(["store-2.0", "store-1.0"], list.GetProperty("notifications").EnumerateArray().Select(n => n.GetProperty("id").GetString()));
        JsonElement one = await house.DataAsync("notifications/acknowledge", """{"id":"store-1.0","by":"hub"}""");
        Assert.Equal("hub", one.GetProperty("acknowledgedBy").GetString());
        Assert.Equal("hub", (await house.DataAsync("notifications/acknowledge", """{"id":"store-1.0","by":"somebody else"}""")).GetProperty("acknowledgedBy").GetString());
        list = await house.DataAsync("notifications/list", """{"filter":"open","site":"store"}""");
        Assert.Equal(["store-2.0"], list.GetProperty("notifications").EnumerateArray().Select(n => n.GetProperty("id").GetString()));
        JsonElement told = JsonSerializer.Deserialize<JsonElement>(Assert.Single(house.Bus.Published, m => m.Topic == "automation/store/notifications").Payload.Span);
        Assert.Empty(ShippedSchemas.Topic("notification").Validate(told));
        Assert.Equal(("store-1.0", "hub"), (told.GetProperty("id").GetString(), told.GetProperty("acknowledgedBy").GetString()));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task Retry_OfADeadLetter_IsTriedAgain()
    {
        await using House house = await House.StartAsync();
        await house.NotifyAsync(1, "email");
        await house.UntilAsync("""{"filter":"failed"}""", l => l.Contains("has no address", StringComparison.Ordinal));
        Assert.Contains("has no message", await house.ErrorAsync("notifications/retry", """{"id":"store-1.0"}"""), StringComparison.Ordinal);
        Assert.Contains("has no message", await house.ErrorAsync("notifications/retry", """{"id":"store-9.0"}"""), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "HUB-5")]
    [InlineData("notifications/list", """{"filter":"new"}""", "there are all, open")]
    [InlineData("notifications/acknowledge", "{}", "\"id\" is missing")]
    [InlineData("notifications/acknowledge", """{"id":"store-9.0"}""", "there is no notification 'store-9.0'")]
    [InlineData("notifications/subscribe", """{"person":"anna","endpoint":"https://fcm.googleapis.com/x","keys":{"p256dh":"x"}}""", "\"p256dh\" is not a public key")]
    [InlineData("notifications/subscribe", """{"person":"bob","endpoint":"https://fcm.googleapis.com/x"}""", "there is no person 'bob'")]
    [InlineData("notifications/subscribe", """{"person":"anna","endpoint":"https://192.168.1.1/x"}""", "'192.168.1.1' is not one of the push services")]
    public async Task Request_ThatIsWrong_SaysWhatToChange(string verb, string request, string said)
    {
        await using House house = await House.StartAsync();
        Assert.Contains(said, await house.ErrorAsync(verb, request), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task Subscribe_ABrowser_IsKeptUntilItUnsubscribes()
    {
        await using House house = await House.StartAsync();
        string key = (await house.DataAsync("notifications/key", "{}")).GetProperty("publicKey").GetString()!;
        using var browser = new PushPeer(key);
        string endpoint = "https://fcm.googleapis.com/fcm/send/abc";
        await house.DataAsync("notifications/subscribe", JsonSerializer.Serialize(new { person = "anna", endpoint, keys = new { p256dh = browser.P256dh, auth = browser.Auth } }));
        Assert.Equal([endpoint], house.Centre.Subscriptions.Of("anna"));
        Assert.True((await house.DataAsync("notifications/unsubscribe", JsonSerializer.Serialize(new { endpoint }))).GetProperty("removed").GetBoolean());
        Assert.Empty(house.Centre.Subscriptions.Of("anna"));
    }

    private sealed class House : IAsyncDisposable, INoticeWorld
    {
        private readonly TempFolder _folder = new();
        private readonly StoreHouse _store = StoreHouse.Sqlite();
        private int _transaction;

        public FakeBus Bus { get; } = new();

        public NotificationCentre Centre { get; private set; } = null!;

        public static async Task<House> StartAsync()
        {
            var house = new House();
            var topics = new TopicNames("automation");
            var settings = new NotificationSettings { People = [new Person { Id = "anna", Roles = ["siteManager"] }], WebPush = new WebPushSettings { Subject = "mailto:a@b.c" } };
            house.Centre = new NotificationCentre(settings, house._folder.Path, await house._store.OpenAsync(), house.Bus, topics, house, house._store.Time, new Random(1), NullLogger.Instance);
            await house.Centre.Service.StartAsync(default);
            var verbs = new RequestVerbs(new NotificationVerbs(house.Centre, house.Bus, topics, house, house._store.Time).All);
            await new RequestDesk(topics, house.Bus, verbs, new ListedOperations(), TimeProvider.System, NullLogger.Instance).SubscribeAsync(default);
            return house;
        }

        public ValueTask NotifyAsync(int sequence, params string[] by) => Centre.KeepAsync(
            [new SiteOutput.Notified(new NotificationRequest(new CauseId("store", sequence), StoreHouse.Noon, "r", 0, default, "hello", ["portal", .. by], ["siteManager"]))]);

        public async Task<JsonElement> DataAsync(string verb, string request)
        {
            JsonElement answer = await AskAsync(verb, request);
            Assert.True(answer.GetProperty("status").GetString() == "ok", answer.GetRawText());
            return answer.GetProperty("data");
        }

        public async Task<string> ErrorAsync(string verb, string request) => (await AskAsync(verb, request)).GetProperty("error").GetString()!;

        public async Task UntilAsync(string request, Func<string, bool> condition)
        {
            for (string last = ""; !condition(last); last = (await AskAsync("notifications/list", request)).GetRawText()) TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        public Site? SiteOf(string site) => null;

        public RuleDefinition? RuleOf(string rule) => null;

        public async ValueTask DisposeAsync()
        {
            await Centre.DisposeAsync();
            await _store.DisposeAsync();
            _folder.Dispose();
        }

        private async Task<JsonElement> AskAsync(string verb, string request)
        {
            int number = ++_transaction;
            await Bus.PublishTextAsync("automation/request/" + verb, request.Insert(1, $"\"transaction\":{number}{(request.Length > 2 ? "," : "")}"));
            JsonElement answer = default;
            await Until.True(() =>
            {
                answer = Bus.Published.Where(m => m.Topic == "automation/response/" + verb).Select(m => JsonSerializer.Deserialize<JsonElement>(m.Payload.Span)).FirstOrDefault(a => a.GetProperty("transaction").GetInt32() == number);
                return answer.ValueKind == JsonValueKind.Object;
            });
            return answer;
        }
    }
}
