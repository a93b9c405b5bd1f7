using System.Threading.Channels;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Host.Composition;

/// <summary>What waits to become an input of the site. The writer numbers and stamps it, so that the order of the sequence is the order of arrival.</summary>
internal abstract record SiteInput
{
    /// <summary>Anything the engine learns; sequence and instant are filled in by the writer.</summary>
    public sealed record Engine(EngineInput Input) : SiteInput;

    /// <summary>An action request ended, and that is on disk.</summary>
    public sealed record Ended(ActionRequest Request, ActionOutcome Outcome, int Attempts) : SiteInput;

    /// <summary>A command of another MQTT client or the dashboard.</summary>
    public sealed record Command(string Action, ResourceAddress On, DataObject Parameters, string By) : SiteInput
    {
        /// <summary>After how long it is not worth doing any more.</summary>
        public required TimeSpan Worth { get; init; }

        /// <summary><see cref="ActionRequest.Transaction"/>.</summary>
        public string? Transaction { get; init; }

        /// <summary>Told the id of the request before anything is done; called on the writer's loop, must return quickly. Null: nobody waits for the outcome.</summary>
        public Action<string>? Requested { get; init; }
    }

    /// <summary>A new rule set, swapped in between two inputs.</summary>
    public sealed record Load(SiteRuleSet Rules, TaskCompletionSource Loaded) : SiteInput;

    /// <summary>Something the writer does between two inputs, e.g. answer a question about the engine. Answered when all that came before is on disk.</summary>
    public sealed record Ask(Action<SiteEngine, SiteRules> Question, TaskCompletionSource Answered) : SiteInput;
}

/// <summary>The one queue in front of a site's engine. Bounded; a full inbox makes the sender wait, which slows the device's stream and loses nothing.</summary>
internal sealed class SiteInbox
{
    /// <summary>A burst of a few seconds at the rate the engine steps with a durable outbox behind it.</summary>
    public const int Capacity = 8192;

    private readonly Channel<SiteInput> _channel = Channel.CreateBounded<SiteInput>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    public ChannelReader<SiteInput> Reader => _channel.Reader;

    /// <summary>Adds from a device's loop. Waits while the inbox is full. After the site stopped, what still comes is let go.</summary>
    public void Post(SiteInput input)
    {
        if (_channel.Writer.TryWrite(input)) return;
        try
        {
            _channel.Writer.WriteAsync(input).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException)
        {
            // The site has stopped: the devices are about to be disconnected as well.
        }
    }

    public ValueTask PostAsync(SiteInput input, CancellationToken cancellationToken) => _channel.Writer.WriteAsync(input, cancellationToken);

    public void Complete() => _channel.Writer.TryComplete();
}
