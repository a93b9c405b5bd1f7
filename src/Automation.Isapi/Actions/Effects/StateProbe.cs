using System.Collections.Concurrent;
using Automation.Core.Model;
using Automation.Isapi.Status;

namespace Automation.Isapi.Actions.Effects;

/// <summary>An effect that shows in a property of the targets' state: read afresh, or told by an event of the device meanwhile. What is read is the state's news at the same time.</summary>
internal sealed class StateProbe : IEffectProbe
{
    private readonly ActionCall[] _calls;
    private readonly string _property;
    private readonly DataValue _expected;
    private readonly string? _underWay;
    private readonly bool _fleeting;
    private readonly StatusLook _look;
    private readonly HashSet<ResourceAddress> _watched;
    private readonly ConcurrentDictionary<ResourceAddress, DataValue> _seen = new();
    private readonly StateBook _book;

    private StateProbe(IReadOnlyList<ActionCall> calls, string property, DataValue expected, string? underWay, bool fleeting)
    {
        _calls = [.. calls];
        _property = property;
        _expected = expected;
        _underWay = underWay;
        _fleeting = fleeting;
        ActionTools tools = calls[0].Tools;
        _book = tools.Book;
        _watched = [.. calls.SelectMany(Parts)];
        _look = new StatusLook(tools, [.. _watched]);
        _book.Taken += Take;
    }

    public Action? Pushed { get; set; }

    /// <param name="underWay">The value of the property that says that it is on its way there; null: there is none.</param>
    /// <param name="fleeting">The effect may be over before it can be looked at.</param>
    public static StateProbe Of(ActionCall call, string property, DataValue expected, string? underWay = null, bool fleeting = false) => new([call], property, expected, underWay, fleeting);

    /// <summary>The outcomes of one call on several targets, with one probe for those that succeeded.</summary>
    public static ActionResult[] For(IReadOnlyList<ActionCall> calls, ActionOutcome[] outcomes, string property, Func<ActionCall, DataValue> expected, string? underWay)
    {
        ActionCall[] done = [.. calls.Where((_, i) => outcomes[i].Succeeded)];
        StateProbe? probe = done.Length == 0 ? null : new StateProbe(done, property, expected(done[0]), underWay, fleeting: false);
        return [.. outcomes.Select(o => new ActionResult(o, o.Succeeded ? probe : null))];
    }

    public Task LookAsync(CancellationToken cancellationToken) => _look.ReadAsync(cancellationToken);

    public Sight this[int target]
    {
        get
        {
            // An area that is not in use, of a panel that was asked as a whole, has nothing to show.
            Sight worst = new(SightKind.Unclear);
            int seen = 0;
            ResourceAddress[] parts = [.. Parts(_calls[target])];
            foreach (ResourceAddress part in parts)
            {
                Sight sight = SightOf(part, parts.Length > 1);
                if (sight.Kind == SightKind.Seen) seen++;
                else if (sight.Kind == SightKind.NotYet || (sight.Kind == SightKind.UnderWay && worst.Kind != SightKind.NotYet)) worst = sight;
            }

            return worst.Kind == SightKind.Unclear && seen > 0 ? new Sight(SightKind.Seen) : worst;
        }
    }

    private Sight SightOf(ResourceAddress part, bool named)
    {
        if (!_seen.TryGetValue(part, out DataValue value)) return new Sight(SightKind.Unclear);
        if (value == _expected) return new Sight(SightKind.Seen);
        string text = $"{(named ? $"{part.Kind} {part.Number}: " : "")}{_property} is {value}";
        if (_underWay is not null && value.Text == _underWay) return new Sight(SightKind.UnderWay, text);
        return new Sight(_fleeting ? SightKind.Unclear : SightKind.NotYet, text);
    }

    public Task<string?> ExplainAsync(int target, CancellationToken cancellationToken) =>
        _underWay is null ? Task.FromResult<string?>(null) : ArmObstacles.FindAsync(_calls[target], cancellationToken);

    /// <summary>The areas of a device that is asked as a whole; otherwise the target itself.</summary>
    private static IEnumerable<ResourceAddress> Parts(ActionCall call) => call.On.IsDevice ? call.Tools.Device.Resources.Where(r => r.Kind == "area").Select(r => r.Address) : [call.On];

    private void Take(ResourceAddress resource, DataObject properties)
    {
        if (!_watched.Contains(resource) || !properties.TryGet(_property, out DataValue value) || value.IsNull) return;
        // What may be over in a moment counts once it was seen.
        if (_fleeting && _seen.TryGetValue(resource, out DataValue before) && before == _expected) return;
        if (properties["enabled"] == false) _seen.TryRemove(resource, out _);
        else _seen[resource] = value;
        Pushed?.Invoke();
    }

    public void Dispose() => _book.Taken -= Take;
}
