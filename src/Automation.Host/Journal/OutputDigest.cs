using System.Numerics;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Host.Journal;

/// <summary>Takes the fingerprint of what a step gives out, and passes it on: stepping the same entries again must give the same fingerprint, or the state is not the one that was.</summary>
internal sealed class OutputDigest(IEngineSink inner) : IEngineSink
{
    private uint _crc = ~0u;
    private uint _count;

    /// <summary>Of everything since the last <see cref="Reset"/>: how much in the upper half, what in the lower.</summary>
    public ulong Value => ((ulong)_count << 32) | ~_crc;

    public void Reset() => (_crc, _count) = (~0u, 0);

    public void EventOccurred(in EngineEvent engineEvent)
    {
        Begin(1, engineEvent.Cause, engineEvent.At);
        Add(engineEvent.Resource.Value);
        Add(engineEvent.Type);
        Add(((ulong)engineEvent.Phase << 32) | (uint)engineEvent.Count);
        inner.EventOccurred(in engineEvent);
    }

    public void StateChanged(in StateChange change)
    {
        Begin(2, change.Cause, change.At);
        Add(change.Resource.Value);
        Add(change.Changed);
        inner.StateChanged(in change);
    }

    public void Fired(in Firing firing)
    {
        Begin(3, firing.Cause, firing.At);
        Add(firing.Rule);
        Add((ulong)firing.Number);
        Add(firing.Source.Value);
        inner.Fired(in firing);
    }

    public void Requested(in ActionRequest request)
    {
        Begin(4, request.Cause, request.At);
        Add((ulong)request.Index);
        Add(request.Rule);
        Add(request.Action);
        Add(request.On.Value);
        Add(request.Parameters);
        Add((ulong)request.ExpiresAt.UtcTicks);
        inner.Requested(in request);
    }

    public void Published(in PublishRequest request)
    {
        Begin(5, request.Cause, request.At);
        Add((ulong)request.Index);
        Add(request.Topic);
        Add(request.Payload);
        inner.Published(in request);
    }

    public void Notified(in NotificationRequest request)
    {
        Begin(6, request.Cause, request.At);
        Add((ulong)request.Index);
        Add(request.Rule);
        Add(request.Message);
        inner.Notified(in request);
    }

    public void ExceptionChanged(in ExceptionChange change)
    {
        Begin(7, change.Cause, change.At);
        Add(change.Rule);
        Add(change.Source.Value);
        Add(change.Exception);
        Add(change.Active ? 1u : 0u);
        inner.ExceptionChanged(in change);
    }

    public void RuleSwitched(in RuleSwitch change)
    {
        Begin(8, change.Cause, change.At);
        Add(change.Rule);
        Add(change.Enabled ? 1u : 0u);
        inner.RuleSwitched(in change);
    }

    // The words of a fault are for people and may come from a library: they are not part of what must be the same.
    public void Faulted(in EngineFault fault)
    {
        Begin(9, fault.Cause, fault.At);
        Add(fault.Rule);
        Add((ulong)fault.Kind);
        inner.Faulted(in fault);
    }

    private void Begin(uint kind, CauseId cause, DateTimeOffset at)
    {
        _count = unchecked(_count + 1);
        Add(kind);
        Add((ulong)cause.Sequence);
        Add((ulong)at.UtcTicks);
    }

    private void Add(ulong value) => _crc = BitOperations.Crc32C(_crc, value);

    private void Add(string text) => _crc = Crc32C.Add(BitOperations.Crc32C(_crc, (uint)text.Length), text);

    private void Add(DataObject data)
    {
        foreach ((string name, DataValue value) in data)
        {
            Add(name);
            switch (value.Kind)
            {
                case DataKind.Text: Add(value.Text); break;
                case DataKind.Number: Add(BitConverter.DoubleToUInt64Bits(value.Number)); break;
                default: Add(((ulong)value.Kind << 1) | (value.Boolean ? 1u : 0u)); break;
            }
        }
    }
}
