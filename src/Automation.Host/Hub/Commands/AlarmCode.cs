using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Automation.Core.Model;

namespace Automation.Host.Hub.Commands;

/// <summary>The code that a person types to disarm, and to arm where that is asked for.</summary>
internal sealed record AlarmCodeSettings(Secret Code, bool Arming)
{
    /// <summary>A keypad of digits will do.</summary>
    public bool IsNumber => Code.Reveal().All(char.IsAsciiDigit);
}

/// <summary>
/// Whether a command has the code it needs. Wrong ones are counted whoever sends them, for a client that guesses has many names: after
/// <see cref="Tries"/> within <see cref="Window"/> no code is looked at until the window is over. Arming and disarming at the panel itself, and by rules, goes on.
/// </summary>
internal sealed class AlarmCode(AlarmCodeSettings settings, TimeProvider time)
{
    public const int Tries = 5;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly byte[] _wanted = SHA256.HashData(Encoding.UTF8.GetBytes(settings.Code.Reveal()));
    private readonly Queue<DateTimeOffset> _wrong = [];

    /// <summary>Too many were wrong; told once each time it begins.</summary>
    public Action<string>? Locked { get; set; }

    /// <summary>Why the action is not taken with that code; null when it is.</summary>
    public string? Refusal(string action, string? given)
    {
        if (action != "disarm" && !(settings.Arming && action == "arm")) return null;
        if (given is null) return $"{action} needs the alarm code: add \"code\"";
        string locked;
        lock (_gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            while (_wrong.TryPeek(out DateTimeOffset first) && first + Window <= now) _wrong.Dequeue();
            if (_wrong.Count >= Tries) return $"{Tries} codes were wrong: none is looked at until {Until()}";
            if (CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _wanted))
            {
                _wrong.Clear();
                return null;
            }

            _wrong.Enqueue(now);
            if (_wrong.Count < Tries) return "the code is wrong";
            locked = $"{Tries} alarm codes were wrong: none is looked at until {Until()}";
        }

        Locked?.Invoke(locked);
        return locked;
    }

    private string Until() => (_wrong.Peek() + Window).ToUniversalTime().ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
