using Automation.Core.Compilation;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>States: what is known of resources, and the bits that stand for conditions on it.</summary>
public sealed partial class SiteEngine
{
    private void TakeState(in EngineInput input)
    {
        int resource = NumberOf(input.Resource);
        if (resource < 0) return;
        DataObject properties = input.Data ?? DataObject.Empty;
        DataObject before = _states[resource] ?? DataObject.Empty;
        DataObject changed = Know(resource, input.Resource, properties, input.Initial);

        // What was found at a start or reconnect is proof for a hold even where nothing changed.
        if (changed.Count == 0 && !input.Initial) return;
        React(resource, input.Resource, before, input.Initial ? properties : changed, input.Initial, -1);
    }

    /// <summary>Takes properties into the state, writes the bits and tells the change.</summary>
    /// <returns>The properties that changed.</returns>
    private DataObject Know(int resource, ResourceAddress address, DataObject properties, bool initial)
    {
        DataObject before = _states[resource] ?? DataObject.Empty;
        DataObject after = before.Merge(properties);
        if (ReferenceEquals(after, before)) return DataObject.Empty;
        DataObject changed = DataObject.From(properties.Where(p => !before.TryGet(p.Key, out DataValue old) || old != p.Value));
        _states[resource] = after;
        foreach (ref readonly StateBit bit in _image.StateBits.Of(resource)) WriteBit(bit.Bit, bit.Test.Holds(after));
        if (address.IsDevice && changed.TryGet("notification", out _)) Silence(resource, address);
        _sink.StateChanged(new StateChange(_cause, _at, address, after, changed, initial));
        return changed;
    }

    /// <summary>Marks the device's resources: its notification counts while the switch is on and its schedule open (EVT-7).</summary>
    private void Silence(int device, ResourceAddress address)
    {
        // Unknown: what the site file says holds.
        DataValue told = (_states[device] ?? DataObject.Empty)["notification"];
        bool on = told.Kind == DataKind.Boolean ? told.Boolean : _image.Program.Site.Devices.FirstOrDefault(d => d.Address == address)?.Notification ?? true;
        foreach (NotificationWindow window in _image.Notifications)
        {
            if (window.Device == device) on &= (_truth[window.Bit >> 6] & (1ul << (window.Bit & 63))) != 0;
        }

        bool silent = !on;
        for (int i = 0; i < _resources.Count; i++)
        {
            ref ResourceRow row = ref _resources[i];
            if (row.Device != device) continue;
            row.Flags = silent ? row.Flags | ResourceFlags.Silent : row.Flags & ~ResourceFlags.Silent;
        }
    }

    /// <summary>Fires the rules that look at the changed properties.</summary>
    private void React(int resource, ResourceAddress source, DataObject before, DataObject changed, bool initial, int chain)
    {
        if (_exceptions.Count > 0) EndExceptions(resource, before, changed);
        if ((_resources[resource].Flags & ResourceFlags.Watched) == 0) return;
        _candidateCount = 0;
        WatchStates(resource, before, changed, initial);
        Measure(resource, before, changed, initial, fromEvent: false);
        FireCandidates(resource, source, null, -1, DataObject.Empty, IsSilent(resource), chain);
    }
}
