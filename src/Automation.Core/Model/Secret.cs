using System.Security.Cryptography;
using System.Text;

namespace Automation.Core.Model;

/// <summary>A credential. Prints as <c>***</c>, so that it never reaches a log, a topic or a trace.</summary>
public sealed class Secret : IEquatable<Secret>
{
    private readonly string _value;

    public Secret(string value) => _value = value;

    public static Secret None { get; } = new(string.Empty);

    public bool IsEmpty => _value.Length == 0;

    /// <summary>The secret itself: only for the code that puts it on the wire.</summary>
    public string Reveal() => _value;

    /// <summary>Constant-time for equal lengths.</summary>
    public bool Equals(Secret? other) => other is not null &&
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(_value), Encoding.UTF8.GetBytes(other._value));

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => 0;

    public override string ToString() => IsEmpty ? "" : "***";
}
