using System.Globalization;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Http;

/// <summary>Keeps a wrong password from locking the account: one rejected answer, then nothing is sent until the device unlocks or somebody says so (ACT-9).</summary>
/// <remarks>Shared by a device's loops. Until an answer was accepted they log in one at a time, so that not even two loops at once cost two attempts.</remarks>
internal sealed class LoginGate(TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _closedUntil;
    private string? _reason;

    /// <summary>Held during an exchange that may be rejected.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>The device has accepted this user and password before.</summary>
    public bool Proven { get; private set; }

    /// <summary>The account is locked, as opposed to the password being wrong.</summary>
    public bool Locked { get; private set; }

    /// <summary>How long the gate stays closed; null when it is open, <see cref="Timeout.InfiniteTimeSpan"/> until somebody opens it.</summary>
    public TimeSpan? ClosedFor
    {
        get
        {
            lock (_lock)
            {
                if (_closedUntil is not { } until) return null;
                if (until == DateTimeOffset.MaxValue) return Timeout.InfiniteTimeSpan;
                TimeSpan left = until - time.GetUtcNow();
                if (left > TimeSpan.Zero) return left;
                Open_NeedsLock();
                return null;
            }
        }
    }

    /// <summary>When the device unlocks the account; null when it is not locked.</summary>
    public DateTimeOffset? UnlockAt
    {
        get
        {
            lock (_lock) return Locked ? _closedUntil : null;
        }
    }

    /// <summary>Why it is closed; null when it is open.</summary>
    public string? Reason => ClosedFor is null ? null : _reason;

    public void Accepted()
    {
        Proven = true;
    }

    /// <summary>The user or somebody with new knowledge says: try again.</summary>
    public void Open()
    {
        lock (_lock) Open_NeedsLock();
    }

    private void Open_NeedsLock()
    {
        _closedUntil = null;
        _reason = null;
        Locked = false;
        Proven = false;
    }

    /// <summary>The device rejected an answer; its <c>userCheck</c> document says whether and how long the account is locked (isapi.md 1.5).</summary>
    public void Rejected(DeviceElement? answer)
    {
        DeviceElement? check = Check(answer);
        if (IsLocked(check))
        {
            Close(check!);
            return;
        }

        int? left = check?.IntOf("retryLoginTime");
        Close(left is { } attempts
            ? string.Create(CultureInfo.InvariantCulture, $"the device rejects the user or the password ({attempts} attempts left before it locks); nothing more is sent until they are changed")
            : "the device rejects the user or the password; nothing more is sent until they are changed");
    }

    /// <summary>Nothing more is sent until somebody says so.</summary>
    public void Close(string reason)
    {
        lock (_lock)
        {
            Proven = false;
            Locked = false;
            _closedUntil = DateTimeOffset.MaxValue;
            _reason = reason;
        }
    }

    /// <summary>Closes the gate when the device says it is locked; true when it does. Comes before a password is sent.</summary>
    public bool ClosesOn(DeviceElement? answer)
    {
        DeviceElement? check = Check(answer);
        if (!IsLocked(check)) return false;
        Close(check!);
        return true;
    }

    private void Close(DeviceElement check)
    {
        // Without a time the usual half hour counts (isapi.md 1.5).
        int seconds = Math.Clamp(check.IntOf("unlockTime") ?? 1800, 1, 7 * 24 * 3600);
        lock (_lock)
        {
            Proven = false;
            Locked = true;
            _closedUntil = time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
            _reason = string.Create(CultureInfo.InvariantCulture, $"the device has locked the account for {seconds} s; nothing is sent until then");
        }
    }

    private static DeviceElement? Check(DeviceElement? answer) => answer is null ? null : answer.Child("lockStatus") is not null || answer.Child("retryLoginTime") is not null ? answer : answer.Find("userCheck");

    private static bool IsLocked(DeviceElement? check) => string.Equals(check?.TextOf("lockStatus"), "lock", StringComparison.OrdinalIgnoreCase) ||
        string.Equals(check?.TextOf("lockStatus"), "locked", StringComparison.OrdinalIgnoreCase);

    public void Dispose() => Turn.Dispose();
}
