using Automation.Core.Model;
using Automation.Isapi.Events;
using Automation.Isapi.Http;

namespace Automation.Isapi.Status;

/// <summary>Reads a device's status, one request at a time: slower when the device struggles, a thing it does not have never again (DEV-6).</summary>
internal sealed class StatusPoller
{
    /// <summary>Slow readings are due every so many rounds.</summary>
    private const int SlowEvery = 8;

    /// <summary>Pages of one answer that are read; a panel has a few hundred zones at most.</summary>
    private const int MaxPages = 16;

    private readonly DeviceResources _resources;
    private readonly DeviceCalls _calls;
    private readonly StateBook _book;
    private readonly Action<DeviceProblemKind, string> _report;
    private readonly Action<string, Exception> _failed;
    private readonly TimeProvider _time;
    private readonly Entry[] _entries;
    private int _round;

    public StatusPoller(DeviceResources resources, DeviceCalls calls, StateBook book, TimeProvider time, Action<DeviceProblemKind, string> report, Action<string, Exception> failed)
    {
        _time = time;
        _resources = resources;
        _calls = calls;
        _book = book;
        _report = report;
        _failed = failed;
        _entries = [.. StatusReading.For(resources).Select(r => new Entry(r))];
    }

    /// <summary>Whether there is anything to ask.</summary>
    public bool HasWork => _entries.Length > 0;

    /// <summary>The slowest answer of the last round.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>The device came back: everything is asked again, also what it did not have before.</summary>
    public void Restart()
    {
        _round = 0;
        foreach (Entry entry in _entries) entry.Reset();
    }

    /// <summary>One round. False when the device did not answer.</summary>
    /// <param name="initial">What is found is how things are, not how they changed.</param>
    public async Task<bool> PollAsync(bool initial, CancellationToken cancellationToken)
    {
        bool slow = _round++ % SlowEvery == 0;
        Slowest = TimeSpan.Zero;
        foreach (Entry entry in _entries)
        {
            while (entry.Reading is { } reading && (slow || !reading.IsSlow) && !IsCovered(reading))
            {
                DeviceAnswer answer = await CallAsync(reading, reading.Content, cancellationToken).ConfigureAwait(false);
                if (IsGone(answer)) return false;
                if (MovesOn(entry, reading, answer, initial)) continue;
                if (!await PagesAsync(entry, reading, answer, initial, cancellationToken).ConfigureAwait(false)) return false;
                break;
            }
        }

        return true;
    }

    /// <summary>The further pages of an answer; false when the device is gone meanwhile.</summary>
    private async Task<bool> PagesAsync(Entry entry, StatusReading reading, DeviceAnswer answer, bool initial, CancellationToken cancellationToken)
    {
        int position = 0;
        for (int page = 1; page < MaxPages && answer is { IsSuccess: true, Document: { } document } && reading.More?.Invoke(document, position) is { } next; page++)
        {
            position = next.Position;
            answer = await CallAsync(reading, next.Content, cancellationToken).ConfigureAwait(false);
            if (IsGone(answer)) return false;
            MovesOn(entry, reading, answer, initial);
        }

        return true;
    }

    private async Task<DeviceAnswer> CallAsync(StatusReading reading, DeviceContent? content, CancellationToken cancellationToken)
    {
        long begun = _time.GetTimestamp();
        DeviceAnswer answer = await _calls.CallAsync(reading.Method, reading.Path, content, cancellationToken).ConfigureAwait(false);
        TimeSpan took = _time.GetElapsedTime(begun);
        if (took > Slowest) Slowest = took;
        return answer;
    }

    private static bool IsGone(DeviceAnswer answer) => answer.Failure is CallFailure.NotConnected or CallFailure.TimedOut or CallFailure.Broken or CallFailure.LoginRefused;

    /// <summary>Whether another reading tells the same at once.</summary>
    private bool IsCovered(StatusReading reading)
    {
        if (reading.OnlyWithout is not { } other) return false;
        foreach (Entry entry in _entries)
        {
            if (entry.Reading == other) return true;
        }

        return false;
    }

    /// <summary>Takes an answer; true when the same has to be asked another way, now.</summary>
    private bool MovesOn(Entry entry, StatusReading reading, DeviceAnswer answer, bool initial)
    {
        if (answer.IsSuccess && answer.Document is { } document)
        {
            entry.Misses = 0;
            try
            {
                reading.Read(document, (kind, number, properties) => Tell(kind, number, properties, initial));
            }
            catch (Exception e)
            {
                // A bug of ours costs this one document, not the device's other state.
                _failed(reading.Path, e);
            }

            return false;
        }

        switch (answer.ToOutcome().Reason)
        {
            case ActionReason.Busy:
                return false;
            case ActionReason.NotSupported or ActionReason.Refused or ActionReason.Unauthorized or ActionReason.Invalid:
                // 403 and 404 are how devices say that they do not have it (isapi.md 1.5); twice, because some say so while starting.
                if (reading.Instead is null && !reading.HasSubstitute && ++entry.Misses < 2) return false;
                entry.Next();
                return entry.Reading is not null;
            default:
                _report(DeviceProblemKind.StatusUnreadable, $"its answer to {reading.Path} cannot be read; that state stays unknown");
                return false;
        }
    }

    private void Tell(string kind, int number, DataObject properties, bool initial)
    {
        // What the site does not list is nobody's: unused areas and zones come along in every answer.
        if (kind == "device") _book.TakeRead(_resources.Address, properties, initial);
        else if (_resources.Find(kind, number) is { } resource) _book.TakeRead(resource.Address, properties, initial);
    }

    private sealed class Entry(StatusReading preferred)
    {
        private int _step;

        /// <summary>The way to ask that is in use; null when the device has none of them.</summary>
        public StatusReading? Reading => _step switch
        {
            0 => preferred,
            1 => preferred.Instead,
            _ => null,
        };

        public int Misses { get; set; }

        public void Next()
        {
            _step++;
            Misses = 0;
        }

        public void Reset()
        {
            _step = 0;
            Misses = 0;
        }
    }
}
