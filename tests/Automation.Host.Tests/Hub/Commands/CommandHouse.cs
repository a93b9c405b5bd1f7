using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Host.Hub.Commands;
using Automation.Host.Tests.Hub.Discovery;
using Automation.Host.Tests.Operations;
using Automation.Host.Tests.Validation;
using Automation.Mqtt;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub.Commands;

/// <summary>The commands of the demonstration's site; what is taken stays in the inbox.</summary>
internal sealed class CommandHouse : IAsyncDisposable
{
    private readonly Outlet _outlet;
    private readonly RetainedTopics _retained;

    private CommandHouse(AlarmCodeSettings? code)
    {
        Ledger = new CommandLedger(Time);
        _outlet = new Outlet(Bus, new OutletLimits(), NullLogger.Instance);
        _retained = new RetainedTopics(_outlet);
        Code = code is null ? null : new AlarmCode(code, Time);
    }

    public FakeBus Bus { get; } = new();

    public SiteInbox Inbox { get; } = new();

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 20, 17, 0, 0, TimeSpan.Zero));

    public ListedOperations Operations { get; } = new();

    public CommandLedger Ledger { get; }

    public AlarmCode? Code { get; }

    /// <param name="left">A command that somebody retained for the panel's first area, before the start.</param>
    public static async Task<CommandHouse> StartAsync(AlarmCodeSettings? code = null, string? left = null)
    {
        var house = new CommandHouse(code);
        if (left is not null) await house.Bus.PublishTextAsync("automation/store/panel/area/1/set", left, retain: true);
        var projection = new SiteProjection(DemoDocuments.Site, [], DemoDocuments.Topics, house._outlet, house._retained, house.Time, NullLogger.Instance);
        var desk = new CommandDesk(
            DemoDocuments.Site, DemoDocuments.Topics, house.Inbox, projection, new CommandIntake(house.Ledger, house.Code), house.Bus, house.Operations, house.Time, NullLogger.Instance);
        await desk.SubscribeAsync(CancellationToken.None);
        return house;
    }

    /// <summary>Publishes, and returns when the desk has dealt with it.</summary>
    public ValueTask SendAsync(string on, string payload, Func<MqttMessage, MqttMessage>? change = null)
    {
        var message = new MqttMessage { Topic = $"automation/{on}/set", Payload = Encoding.UTF8.GetBytes(payload), QoS = QoS.AtLeastOnce, PublisherClientId = "phone" };
        return Bus.PublishAsync(change is null ? message : change(message), CancellationToken.None);
    }

    /// <summary>The command that was taken; null: none was.</summary>
    public SiteInput.Command? Taken() => Inbox.Reader.TryRead(out SiteInput? input) ? Assert.IsType<SiteInput.Command>(input) : null;

    /// <summary>Sends what is not taken, and returns what everybody is told of it.</summary>
    public async Task<JsonElement> RefusedAsync(string on, string payload, Func<MqttMessage, MqttMessage>? change = null)
    {
        Bus.Forget();
        await SendAsync(on, payload, change);
        Assert.Null(Taken());
        await Until.True(() => Bus.Published.Any(m => m.Topic == "automation/store/actions"));
        MqttMessage told = Assert.Single(Bus.Published, m => m.Topic == "automation/store/actions");
        Assert.False(told.Retain);
        JsonElement refusal = JsonSerializer.Deserialize<JsonElement>(told.Payload.Span);
        Assert.Empty(ShippedSchemas.Topic("action").Validate(refusal));
        Assert.Equal("refused", refusal.GetProperty("outcome").GetString());
        Assert.Equal(refusal.GetProperty("message").GetString(), Operations.All[^1].Refusal);
        return refusal;
    }

    public async ValueTask DisposeAsync() => await _outlet.DisposeAsync();
}
