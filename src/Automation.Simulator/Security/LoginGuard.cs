using System.Globalization;

namespace Automation.Simulator.Security;

/// <summary>Counts wrong passwords of one device, whichever way they came, and locks. isapi.md 1.5. Thread-safe.</summary>
internal sealed class LoginGuard(SimulatedDevice device, TimeProvider time)
{
    private readonly Lock _gate = new();
    private int _wrong;
    private long? _lockedAt;

    public bool IsLocked
    {
        get
        {
            lock (_gate) return IsLocked_NeedsLock(out _);
        }
    }

    public void Wrong()
    {
        lock (_gate)
        {
            if (++_wrong >= device.LockAfter) _lockedAt ??= time.GetTimestamp();
        }
    }

    public void Right()
    {
        lock (_gate) _wrong = 0;
    }

    /// <summary>Forgets wrong passwords and a lock.</summary>
    public void Unlock()
    {
        lock (_gate)
        {
            _wrong = 0;
            _lockedAt = null;
        }
    }

    /// <summary>The document that comes with a 401.</summary>
    public string UserCheck()
    {
        lock (_gate)
        {
            bool locked = IsLocked_NeedsLock(out TimeSpan left);
            string seconds = ((long)Math.Ceiling(left.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            string retries = (locked ? 0 : device.LockAfter - _wrong).ToString(CultureInfo.InvariantCulture);
            return $"<userCheck version=\"2.0\" xmlns=\"{Documents.Xml.Ver20}\">\n<statusValue>401</statusValue>\n<statusString>Unauthorized</statusString>\n" +
                $"<isActivated>true</isActivated>\n<lockStatus>{(locked ? "lock" : "unlock")}</lockStatus>\n<unlockTime>{seconds}</unlockTime>\n<retryLoginTime>{retries}</retryLoginTime>\n</userCheck>\n";
        }
    }

    private bool IsLocked_NeedsLock(out TimeSpan left)
    {
        left = TimeSpan.Zero;
        if (_lockedAt is not { } at) return false;
        left = TimeSpan.FromSeconds(device.LockSeconds) - time.GetElapsedTime(at);
        if (left > TimeSpan.Zero) return true;
        left = TimeSpan.Zero;
        _lockedAt = null;
        _wrong = 0;
        return false;
    }
}
