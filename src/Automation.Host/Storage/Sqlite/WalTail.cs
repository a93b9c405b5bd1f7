using System.Buffers.Binary;
using System.Globalization;

namespace Automation.Host.Storage.Sqlite;

/// <summary>
/// What a power cut left at the end of a write-ahead log, looked at before SQLite takes what is whole and goes on without the rest: SQLite does so silently.
/// </summary>
/// <remarks>
/// <code>
/// log      magic 377F0682 or 377F0683 (4, big-endian like all) | version (4) | page size (4) | number (4) | salt (8) | checksum (8) | frames
/// frame    page (4) | size of the database after this commit, 0 inside one (4) | salt (8) | checksum (8) | the page
/// </code>
/// https://www.sqlite.org/fileformat2.html#the_write_ahead_log. A frame counts when its salt is the log's and its checksum, which goes on from the one
/// before it, is right. Frames with another salt are left from before the log was begun anew, and are no loss.
/// </remarks>
internal static class WalTail
{
    private const int HeaderBytes = 32;

    private const int FrameBytes = 24;

    /// <summary>A longer log is not looked at: it is written anew from its begin every thousand pages.</summary>
    private const long MaximumBytes = 256 * 1024 * 1024;

    /// <summary>What was found, as a sentence for a person; null when the log is whole, or there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string? Describe(string path)
    {
        if (!File.Exists(path)) return null;
        using FileStream log = File.OpenRead(path);
        if (log.Length == 0 || log.Length > MaximumBytes) return null;
        if (!TryReadHeader(log, out Header header)) return string.Create(CultureInfo.InvariantCulture, $"{path}: its begin is torn and all of it ({log.Length} bytes) is left out");

        byte[] frame = new byte[FrameBytes + header.PageBytes];
        (uint, uint) checksum = header.Checksum;
        bool whole = true;
        long torn = 0, tornCommits = 0, unfinished = 0;
        while (true)
        {
            int read = log.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false);
            if (read < FrameBytes || !frame.AsSpan(8, 8).SequenceEqual(header.Salt)) break;
            bool commit = BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) != 0;
            if (whole && read == frame.Length && IsWhole(frame, header, ref checksum))
            {
                unfinished = commit ? 0 : unfinished + 1;
                continue;
            }

            whole = false;
            torn++;
            if (commit) tornCommits++;
        }

        torn += unfinished;
        if (torn == 0) return null;
        string pages = string.Create(CultureInfo.InvariantCulture, $"{path}: {torn} pages at its end are torn or unfinished and are left out");
        // The last commit may have been under way. One after it was begun after the disk had said that the one before was kept.
        return tornCommits > 1 ? string.Create(CultureInfo.InvariantCulture, $"{pages}; {tornCommits} commits are among them: the disk did not keep what it said it had") : pages;
    }

    private static bool TryReadHeader(FileStream log, out Header header)
    {
        header = default;
        byte[] bytes = new byte[HeaderBytes];
        if (log.ReadAtLeast(bytes, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes) return false;
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        uint page = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8));
        if ((magic & ~1u) != 0x377F_0682 || page is < 512 or > 65_536) return false;
        header = new Header((int)page, (magic & 1) != 0, bytes[16..24], (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(24)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(28))));
        return Add((0, 0), bytes.AsSpan(0, 24), header.BigEndian) == header.Checksum;
    }

    private static bool IsWhole(byte[] frame, in Header header, ref (uint, uint) checksum)
    {
        (uint, uint) sum = Add(Add(checksum, frame.AsSpan(0, 8), header.BigEndian), frame.AsSpan(FrameBytes), header.BigEndian);
        if (sum != (BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(16)), BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(20)))) return false;
        checksum = sum;
        return true;
    }

    private static (uint, uint) Add((uint First, uint Second) sum, ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        (uint first, uint second) = sum;
        unchecked
        {
            for (int i = 0; i < bytes.Length; i += 8)
            {
                uint a = BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]);
                uint b = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i + 4)..]);
                first += (bigEndian ? BinaryPrimitives.ReverseEndianness(a) : a) + second;
                second += (bigEndian ? BinaryPrimitives.ReverseEndianness(b) : b) + first;
            }
        }

        return (first, second);
    }

    private readonly record struct Header(int PageBytes, bool BigEndian, byte[] Salt, (uint, uint) Checksum);
}
