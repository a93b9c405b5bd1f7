using System.Diagnostics.CodeAnalysis;

namespace Automation.Core.Model;

/// <summary>The address of a device or of one of its resources: <c>site/device</c> or <c>site/device/kind/number</c>.</summary>
/// <remarks>
/// Slugs are <c>[a-z0-9][a-z0-9-]*</c>; the number is the device's own (areas from 1, zones and relays from 0), 0 to 65535.
/// A people-counting group has the address <c>site/groups/group-id</c>. At most <see cref="MaxLength"/> characters.
/// </remarks>
public readonly record struct ResourceAddress : IComparable<ResourceAddress>
{
    /// <summary>Longest accepted address, in characters: four slugs of a readable length.</summary>
    public const int MaxLength = 200;

    private readonly string? _value;

    private ResourceAddress(string value) => _value = value;

    /// <summary>The address as written; empty for <c>default</c>.</summary>
    public string Value => _value ?? string.Empty;

    public bool IsEmpty => string.IsNullOrEmpty(_value);

    public string Site => Level(0).ToString();

    public string Device => Level(1).ToString();

    /// <summary>The kind of the resource, or an empty string when this is a device.</summary>
    public string Kind => Level(2).ToString();

    /// <summary>The device's own number of the resource, or -1 when this is a device.</summary>
    public int Number => int.TryParse(Level(3), System.Globalization.NumberStyles.None, null, out int number) ? number : -1;

    /// <summary>True for <c>site/device</c>.</summary>
    public bool IsDevice => !IsEmpty && Level(2).IsEmpty;

    /// <summary>The address of the device this resource belongs to; the address itself for a device.</summary>
    public ResourceAddress DeviceAddress
    {
        get
        {
            if (IsEmpty || Level(2).IsEmpty) return this;
            int first = Value.IndexOf('/', StringComparison.Ordinal);
            return new ResourceAddress(Value[..Value.IndexOf('/', first + 1)]);
        }
    }

    /// <summary>Reads an address; false for anything but two levels, or four with a number, or a group.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ResourceAddress address)
    {
        address = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength) return false;
        ReadOnlySpan<char> rest = text;
        int levels = 0;
        bool group = false;
        while (true)
        {
            int slash = rest.IndexOf('/');
            ReadOnlySpan<char> level = slash < 0 ? rest : rest[..slash];
            bool wanted = levels switch
            {
                0 or 1 => IsSlug(level),
                2 => IsSlug(level),
                3 => !group && IsNumber(level),
                _ => false,
            };
            if (!wanted) return false;
            if (levels == 1) group = level.SequenceEqual("groups");
            levels++;
            if (slash < 0) break;
            rest = rest[(slash + 1)..];
        }

        if (levels != (group ? 3 : 2) && levels != 4) return false;
        address = new ResourceAddress(text);
        return true;
    }

    /// <exception cref="FormatException">The text is not an address.</exception>
    public static ResourceAddress Parse(string text) =>
        TryParse(text, out ResourceAddress address) ? address : throw new FormatException($"'{text}' is not a resource address");

    /// <summary>The address of a resource of this device.</summary>
    public ResourceAddress Resource(string kind, int number) =>
        Parse(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{DeviceAddress.Value}/{kind}/{number}"));

    /// <summary>Whether the text is one slug: <c>[a-z0-9][a-z0-9-]*</c>.</summary>
    public static bool IsSlug(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] == '-') return false;
        foreach (char c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')) return false;
        }

        return true;
    }

    public int CompareTo(ResourceAddress other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;

    public static bool operator <(ResourceAddress left, ResourceAddress right) => left.CompareTo(right) < 0;

    public static bool operator <=(ResourceAddress left, ResourceAddress right) => left.CompareTo(right) <= 0;

    public static bool operator >(ResourceAddress left, ResourceAddress right) => left.CompareTo(right) > 0;

    public static bool operator >=(ResourceAddress left, ResourceAddress right) => left.CompareTo(right) >= 0;

    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > 5 || (text.Length > 1 && text[0] == '0')) return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
        }

        return int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) <= ushort.MaxValue;
    }

    private ReadOnlySpan<char> Level(int index)
    {
        ReadOnlySpan<char> rest = Value;
        for (int i = 0; ; i++)
        {
            int slash = rest.IndexOf('/');
            if (i == index) return slash < 0 ? rest : rest[..slash];
            if (slash < 0) return default;
            rest = rest[(slash + 1)..];
        }
    }
}
