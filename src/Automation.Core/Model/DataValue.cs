using System.Globalization;

namespace Automation.Core.Model;

public enum DataKind : byte
{
    Null,
    Boolean,
    Number,
    Text,
}

/// <summary>One value of a state or of an event's data: null, a boolean, a finite number or a text.</summary>
/// <remarks>Structures a device reports are flattened at the edge into names such as <c>regionId</c>; the engine compares flat values.</remarks>
public readonly struct DataValue : IEquatable<DataValue>
{
    private readonly double _number;
    private readonly string? _text;

    private DataValue(DataKind kind, double number, string? text)
    {
        Kind = kind;
        _number = number;
        _text = text;
    }

    public DataKind Kind { get; }

    public static DataValue Null => default;

    public bool IsNull => Kind == DataKind.Null;

    /// <summary>The boolean; false for every other kind.</summary>
    public bool Boolean => Kind == DataKind.Boolean && _number != 0;

    /// <summary>The number; NaN for every other kind.</summary>
    public double Number => Kind == DataKind.Number ? _number : double.NaN;

    /// <summary>The text; empty for every other kind.</summary>
    public string Text => _text ?? string.Empty;

    public static implicit operator DataValue(bool value) => FromBoolean(value);

    public static implicit operator DataValue(double value) => FromNumber(value);

    public static implicit operator DataValue(int value) => FromNumber(value);

    public static implicit operator DataValue(string? value) => FromText(value);

    public static DataValue FromBoolean(bool value) => new(DataKind.Boolean, value ? 1 : 0, null);

    /// <exception cref="ArgumentException">The number is NaN or infinite: JSON has no such values.</exception>
    public static DataValue FromNumber(double value) => double.IsFinite(value)
        ? new(DataKind.Number, value == 0 ? 0 : value, null)
        : throw new ArgumentException("A number must be finite.", nameof(value));

    public static DataValue FromText(string? value) => value is null ? Null : new(DataKind.Text, 0, value);

    public bool Equals(DataValue other) =>
        Kind == other.Kind && _number == other._number && string.Equals(_text, other._text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is DataValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Kind, _number, _text);

    public static bool operator ==(DataValue left, DataValue right) => left.Equals(right);

    public static bool operator !=(DataValue left, DataValue right) => !left.Equals(right);

    /// <summary>The value as a person reads it: <c>true</c>, <c>21.5</c>, the text itself, <c>null</c>.</summary>
    public override string ToString() => Kind switch
    {
        DataKind.Boolean => Boolean ? "true" : "false",
        DataKind.Number => _number.ToString("R", CultureInfo.InvariantCulture),
        DataKind.Text => _text!,
        _ => "null",
    };
}
