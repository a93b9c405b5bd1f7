namespace Automation.Core.Topics;

/// <summary>Topic filters: what is subscribed to (MQTT 5.0 §4.7.1).</summary>
public static class TopicFilter
{
    private static ReadOnlySpan<byte> SharePrefix => "$share/"u8;

    /// <summary>Checks a filter, <c>$share/name/filter</c> included.</summary>
    public static TopicFault Check(ReadOnlySpan<byte> filter)
    {
        TopicFault fault = TopicName.CheckCommon(filter);
        if (fault != TopicFault.None) return fault;
        if (!IsShared(filter)) return CheckWildcards(filter);
        if (!TrySplitShared(filter, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> inner)) return TopicFault.Share;
        // MQTT 5.0 §4.8.2: the share name holds no wildcard and at least one character.
        return name.IndexOfAny((byte)'+', (byte)'#') >= 0 ? TopicFault.Share : CheckWildcards(inner);
    }

    /// <inheritdoc cref="Check(ReadOnlySpan{byte})"/>
    public static TopicFault Check(string filter) =>
        TopicName.TryEncode(filter, out byte[] bytes) ? Check(bytes) : TopicFault.NotUtf8;

    public static bool IsShared(ReadOnlySpan<byte> filter) =>
        filter.StartsWith(SharePrefix) || filter.SequenceEqual(SharePrefix[..^1]);

    /// <summary>The two parts of <c>$share/name/filter</c>; false when either is empty.</summary>
    public static bool TrySplitShared(ReadOnlySpan<byte> filter, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> inner)
    {
        name = inner = default;
        if (!filter.StartsWith(SharePrefix)) return false;
        ReadOnlySpan<byte> rest = filter[SharePrefix.Length..];
        int slash = rest.IndexOf((byte)'/');
        if (slash <= 0 || slash == rest.Length - 1) return false;
        name = rest[..slash];
        inner = rest[(slash + 1)..];
        return true;
    }

    /// <summary>Whether one name matches one filter. For many filters use <see cref="TopicIndex{T}"/>.</summary>
    public static bool Matches(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> name)
    {
        // MQTT 5.0 §4.7.2: a filter starting with a wildcard does not match topics starting with $.
        if (StartsWithDollar(name) && StartsWithWildcard(filter)) return false;
        bool filterEnded = false, nameEnded = false;
        while (true)
        {
            ReadOnlySpan<byte> want = Next(ref filter, ref filterEnded);
            if (want.Length == 1 && want[0] == (byte)'#') return true;
            ReadOnlySpan<byte> have = Next(ref name, ref nameEnded);
            if (!(want.Length == 1 && want[0] == (byte)'+') && !want.SequenceEqual(have)) return false;
            if (filterEnded || nameEnded)
            {
                // "a/#" includes "a" itself (§4.7.1.2).
                return filterEnded == nameEnded || (nameEnded && filter.Length == 1 && filter[0] == (byte)'#');
            }
        }
    }

    /// <summary>Whether everything that <paramref name="inner"/> matches is matched by <paramref name="outer"/> too.</summary>
    public static bool Covers(ReadOnlySpan<byte> outer, ReadOnlySpan<byte> inner)
    {
        if (StartsWithDollar(inner) && StartsWithWildcard(outer)) return false;
        bool outerEnded = false, innerEnded = false;
        while (true)
        {
            ReadOnlySpan<byte> wide = Next(ref outer, ref outerEnded);
            if (wide.Length == 1 && wide[0] == (byte)'#') return true;
            ReadOnlySpan<byte> narrow = Next(ref inner, ref innerEnded);
            if (narrow.Length == 1 && narrow[0] == (byte)'#') return false;
            if (!(wide.Length == 1 && wide[0] == (byte)'+') && !wide.SequenceEqual(narrow)) return false;
            if (outerEnded || innerEnded)
            {
                return outerEnded == innerEnded || (innerEnded && outer.Length == 1 && outer[0] == (byte)'#');
            }
        }
    }

    private static bool StartsWithDollar(ReadOnlySpan<byte> text) => !text.IsEmpty && text[0] == (byte)'$';

    private static bool StartsWithWildcard(ReadOnlySpan<byte> filter) => !filter.IsEmpty && (filter[0] is (byte)'+' or (byte)'#');

    private static TopicFault CheckWildcards(ReadOnlySpan<byte> filter)
    {
        bool ended = false;
        while (!ended)
        {
            ReadOnlySpan<byte> level = Next(ref filter, ref ended);
            int wildcard = level.IndexOfAny((byte)'+', (byte)'#');
            if (wildcard < 0) continue;
            // A wildcard is a level of its own, and # is the last one (§4.7.1).
            if (level.Length != 1 || (level[0] == (byte)'#' && !ended)) return TopicFault.Wildcard;
        }

        return TopicFault.None;
    }

    /// <summary>Takes one level off the front; an empty level is a level.</summary>
    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest, ref bool ended)
    {
        int slash = rest.IndexOf((byte)'/');
        ReadOnlySpan<byte> level = slash < 0 ? rest : rest[..slash];
        ended = slash < 0;
        rest = slash < 0 ? default : rest[(slash + 1)..];
        return level;
    }
}
