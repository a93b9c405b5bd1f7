namespace Automation.Host.Journal;

/// <summary>The bytes of a journal row.</summary>
/// <remarks>
/// <code>
/// row      CRC-32C of the rest (4, little-endian) | version (1) | digest of the outputs (8) | number of the first entry (8) | its ticks (8) | entries
/// entry    kind (1) | number − the one before (varint) | ticks − those before (varint) | by kind:
///            Event                   resource text | type text | state, 0x80: initial (1) | data
///            State                   resource text | initial (1) | data
///            RuleToggle              rule text | on (1)
///            CountCorrection         resource text | count (varint)
///            Outcome                 resource text | request text | succeeded (1)
///            Load                    fingerprint text
///            Command                 resource text | action text | by text | milliseconds it is worth doing (varint) | transaction text | data
/// text     0: none · 1: a new one, length (varint), UTF-8 · n + 2: the n-th new one of this row
/// data     0: none · count + 1 (varint), each: name text | kind (1) | boolean (1), number (8), whole number (zigzag varint) or text
/// </code>
/// Instants of a journal never go back, so differences are never negative.
/// </remarks>
internal static class JournalCodec
{
    public const byte Version = 2;

    public const int HeaderBytes = 4 + 1 + 8 + 8 + 8;

    /// <summary>Largest row that is read; a commit is far smaller.</summary>
    public const int MaximumBytes = 64 * 1024 * 1024;

    /// <summary>Beside the state of an event: it is old.</summary>
    public const int InitialEvent = 0x80;

    /// <summary>Kinds of values: those of <c>DataKind</c>, and whole numbers apart, because most numbers are.</summary>
    public const byte WholeNumber = 16;

    public static InvalidDataException Damaged(string what) => new($"the journal is damaged ({what})");
}
