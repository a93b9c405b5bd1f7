using System.Buffers;
using System.Security.Cryptography;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>The whole state as bytes. Everything is written by name, so that it can be read into another version of the program as well.</summary>
/// <remarks>
/// <code>
/// SHA-256 of the rest (32 bytes) | version | instant, started | names | states | active events | rules | triggers | runs | exceptions | groups | awaited requests, failures
/// </code>
/// Lists are in a fixed order: equal states give equal bytes. The flight recorder is not part of it; what it keeps for each rule is.
/// </remarks>
public sealed partial class SiteEngine
{
    private const int SnapshotVersion = 2;

    /// <summary>Bytes of <see cref="StateHash"/>.</summary>
    public const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>Writes the state between two steps. The first <see cref="HashBytes"/> are the <see cref="StateHash"/>.</summary>
    public void Snapshot(IBufferWriter<byte> to)
    {
        var body = new ArrayBufferWriter<byte>(64 * 1024);
        Write(new SnapshotWriter(body));
        to.Write(SHA256.HashData(body.WrittenSpan));
        to.Write(body.WrittenSpan);
    }

    /// <summary>A hash of the whole state: equal programs that took equal inputs have equal ones, whatever was restored on the way.</summary>
    public byte[] StateHash()
    {
        var body = new ArrayBufferWriter<byte>(64 * 1024);
        Write(new SnapshotWriter(body));
        return SHA256.HashData(body.WrittenSpan);
    }

    /// <summary>An engine that goes on where the snapshot was taken. Its outputs are those that the other would have given.</summary>
    /// <param name="program">The program of then, or a changed one: what still has meaning is taken over.</param>
    /// <exception cref="InvalidDataException">The bytes are no snapshot, or a damaged one.</exception>
    public static SiteEngine Restore(SiteProgram program, EngineOptions options, ReadOnlySpan<byte> snapshot, IScriptHost? scripts = null)
    {
        if (snapshot.Length < SHA256.HashSizeInBytes || !SHA256.HashData(snapshot[SHA256.HashSizeInBytes..]).AsSpan().SequenceEqual(snapshot[..SHA256.HashSizeInBytes]))
        {
            throw SnapshotReader.Damaged("its hash differs");
        }

        var engine = new SiteEngine(program, options, scripts);
        var reader = new SnapshotReader(snapshot[SHA256.HashSizeInBytes..]);
        engine.Read(ref reader);
        return engine;
    }

    /// <summary>Swaps the program between two inputs; see <c>docs/engine-semantics.md</c> for what carries over.</summary>
    /// <exception cref="ArgumentException">The program contradicts itself; the old one stays in force.</exception>
    public void Load(SiteProgram program, in EngineInput timeInput, IEngineSink sink)
    {
        RuleImage image = ImageCompiler.Compile(program);
        Begin(timeInput.Sequence, sink);
        long at = Math.Max(timeInput.At.UtcTicks, _now);
        if (!_started) StartQuietly(at);
        Drain(at);
        MoveTo(at);
        var body = new ArrayBufferWriter<byte>(64 * 1024);
        Write(new SnapshotWriter(body));
        int[] numbers = [.. _names.Select(n => image.RuleNumbers.TryGetValue(n.Id, out int number) ? number : -1)];
        Forget();
        Adopt(image);
        _recorder.Renumber(numbers);
        var reader = new SnapshotReader(body.WrittenSpan);
        Read(ref reader);
        ReviewGroups();
        for (int i = 0; i < _rules.Length; i++)
        {
            ref RuleRow row = ref _rules[i];
            row.LastOutcome = EvaluationOutcome.WithoutConditions(row.LastOutcome);
            (row.NearestMiss, row.NearestMissTicks) = (0, 0);
        }

        Finish();
    }

    private void Forget()
    {
        _deadlines.Clear();
        _activeSlots.Clear();
        _freeActive.Clear();
        _activeUsed = 0;
        _runGroups.Clear();
        _waiting.Clear();
        _freeRunSlots.Clear();
        Array.Clear(_runs);
        _runSlotsUsed = 0;
        _runCount = 0;
        _windowsDeadline = 0;
        _exceptions.Clear();
        _chained.Clear();
        _lastFaults.Clear();
        _failures.Clear();
    }

    private void Write(SnapshotWriter to)
    {
        to.Int(SnapshotVersion);
        to.Text(_image.Program.Site.Id);
        to.Long(_now);
        to.Bool(_started);
        WriteNames(to);
        WriteActive(to);
        WriteRules(to);
        WriteTriggers(to);
        WriteRuns(to);
        WriteExceptions(to);
        WriteGroups(to);
        WriteAwaited(to);
    }

    private void Read(ref SnapshotReader from)
    {
        if (from.Int() != SnapshotVersion) throw SnapshotReader.Damaged("another version");
        if (from.Name() != _image.Program.Site.Id) throw SnapshotReader.Damaged("another site");
        long now = from.Instant();
        _now = now;
        _at = new DateTimeOffset(now, TimeSpan.Zero);
        _started = from.Bool();
        ReadNames(ref from);
        ReadActive(ref from);
        bool[] unchanged = ReadRules(ref from);
        ReadTriggers(ref from, unchanged);
        ReadRuns(ref from, unchanged);
        ReadExceptions(ref from, unchanged);
        ReadGroups(ref from);
        ReadAwaited(ref from);
        if (!from.IsAtEnd) throw SnapshotReader.Damaged("it is too long");
        _windowsUntil = long.MinValue;
        MoveTo(now);
        ArmWindows();
    }

    private void WriteNames(SnapshotWriter to)
    {
        to.Int(_types.Count);
        for (int i = 0; i < _types.Count; i++) to.Text(_types.NameOf(i));
        to.Int(_resources.Count);
        for (int i = 0; i < _resources.Count; i++)
        {
            to.Text(_resources.NameOf(i));
            to.Long(_resources[i].LastEventTicks);
            to.Int(_resources[i].LastType);
            to.Data(_states[i]);
        }
    }

    private void ReadNames(ref SnapshotReader from)
    {
        var types = new int[from.Count()];
        for (int i = 0; i < types.Length; i++) types[i] = _types.FindOrAdd(from.Name());
        int count = from.Count();
        var silent = new List<(int Device, ResourceAddress Address)>();
        for (int i = 0; i < count; i++)
        {
            if (!ResourceAddress.TryParse(from.Name(), out ResourceAddress address)) throw SnapshotReader.Damaged("an address");
            long lastEvent = from.Long();
            int lastType = from.Int();
            DataObject? state = from.Data();
            int resource = NumberOf(address);
            if (resource < 0) continue;
            _resources[resource].LastEventTicks = lastEvent;
            _resources[resource].LastType = lastType >= 0 && lastType < types.Length ? (ushort)types[lastType] : (ushort)0;
            _states[resource] = state;
            if (state is null) continue;
            foreach (ref readonly StateBit bit in _image.StateBits.Of(resource)) WriteBit(bit.Bit, bit.Test.Holds(state));
            if (address.IsDevice && state.TryGet("notification", out _)) silent.Add((resource, address));
        }

        foreach ((int device, ResourceAddress address) in silent) Silence(device, address);
    }

    private void WriteActive(SnapshotWriter to)
    {
        to.Int(_activeSlots.Count);
        foreach (int slot in _activeSlots.OrderBy(a => a.Key).Select(a => a.Value))
        {
            ActiveEvent active = _active[slot];
            to.Text(_resources.NameOf(active.Resource));
            to.Text(_types.NameOf(active.Type));
            to.Int(active.Count);
            to.Long(active.LastSeen);
            to.Long(TicksOrNever(active.Deadline));
        }
    }

    private void ReadActive(ref SnapshotReader from)
    {
        int count = from.Count();
        for (int i = 0; i < count; i++)
        {
            int resource = _resources.Find(from.Name());
            int type = _types.Find(from.Name());
            int reports = from.Int();
            long lastSeen = from.Long();
            long due = from.Long();
            if (resource < 0 || type < 0) continue;
            int slot = NewActive(resource, type);
            ref ActiveEvent active = ref _active[slot];
            active.Count = reports;
            active.LastSeen = lastSeen;
            _activeSlots.Add(ActiveKey(resource, type), slot);
            _deadlines.Cancel(ref active.Deadline);
            if (due != Never) active.Deadline = _deadlines.Add(new Deadline(due, -1, resource, DeadlineKind.AutoClear, slot, type));
        }
    }

    private const long Never = -1;

    private long TicksOrNever(int deadline) => deadline == 0 ? Never : _deadlines.TicksOf(deadline);

    private void WriteRules(SnapshotWriter to)
    {
        to.Int(_rules.Length);
        for (int i = 0; i < _rules.Length; i++)
        {
            ref RuleRow row = ref _rules[i];
            EngineRule form = _image.Infos[i].Form;
            bool enabled = (row.Flags & RuleFlags.Disabled) == 0;
            to.Text(form.Id);
            to.Text(form.Version);
            to.Byte(enabled == form.Enabled ? (byte)2 : enabled ? (byte)1 : (byte)0);
            to.Long(_names[i].Firings);
            to.Long(_names[i].LastFiredTicks);
            to.Long(row.LastEvaluationTicks);
            to.Int(unchecked((int)row.LastOutcome));
            to.Long(row.NearestMissTicks);
            to.Int(unchecked((int)row.NearestMiss));
            _chained.TryGetValue(i, out (long Second, int Count) chained);
            to.Long(chained.Second);
            to.Int(chained.Count);
        }
    }

    /// <returns>By the number of the rule: known to the snapshot, and the same as then.</returns>
    private bool[] ReadRules(ref SnapshotReader from)
    {
        var unchanged = new bool[_rules.Length];
        int count = from.Count();
        for (int i = 0; i < count; i++)
        {
            bool known = _image.RuleNumbers.TryGetValue(from.Name(), out int rule);
            string version = from.Name();
            byte toggle = from.Byte();
            (long firings, long lastFired, long lastEvaluation) = (from.Long(), from.Long(), from.Long());
            uint outcome = unchecked((uint)from.Int());
            long nearestTicks = from.Long();
            uint nearest = unchecked((uint)from.Int());
            (long second, int chained) = (from.Long(), from.Int());
            if (!known) continue;
            ref RuleRow row = ref _rules[rule];
            unchanged[rule] = version == _image.Infos[rule].Form.Version;

            // A toggle is a hub owner's and survives an edit; without one the file decides.
            if (toggle != 2) row.Flags = toggle == 1 ? row.Flags & ~RuleFlags.Disabled : row.Flags | RuleFlags.Disabled;
            WriteToggleBits(rule);
            (_names[rule].Firings, _names[rule].LastFiredTicks) = (firings, lastFired);
            if (!unchanged[rule]) continue;
            (row.LastEvaluationTicks, row.LastOutcome, row.NearestMissTicks, row.NearestMiss) = (lastEvaluation, outcome, nearestTicks, nearest);
            if (chained > 0) _chained[rule] = (second, chained);
        }

        return unchanged;
    }

    /// <summary>A window that opens is no input; while somebody waits, its edge is a deadline.</summary>
    private void ArmWindows()
    {
        if (_waiting.Count == 0) _deadlines.Cancel(ref _windowsDeadline);
        else if (_windowsDeadline == 0 && _windowsUntil != long.MaxValue)
        {
            _windowsDeadline = _deadlines.Add(new Deadline(_windowsUntil, int.MaxValue, 0, DeadlineKind.Windows, 0, 0));
        }
    }
}
