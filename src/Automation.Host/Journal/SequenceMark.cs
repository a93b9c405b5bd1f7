using System.Buffers.Binary;

namespace Automation.Host.Journal;

/// <summary>
/// The number of the last input of a site that was let out, in a file of 16 bytes beside the database. A database that lost its end (a disk that lied about a flush, an old
/// backup put in its place) is seen by it, and no number is given again. Written after each commit and not flushed: it costs nothing, and the database is what counts.
/// </summary>
/// <remarks><code>number (8, little-endian) | its complement (8)</code></remarks>
internal sealed class SequenceMark : IDisposable
{
    private const int Bytes = 16;

    private readonly FileStream _file;

    private SequenceMark(FileStream file) => _file = file;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SequenceMark Open(string folder, string site)
    {
        Directory.CreateDirectory(folder);
        return new SequenceMark(new FileStream(Path.Combine(folder, site + ".mark"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0));
    }

    /// <summary>0 when there is none, or it is torn.</summary>
    public long Read()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (RandomAccess.Read(_file.SafeFileHandle, bytes, 0) < Bytes) return 0;
        long number = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return number >= 0 && BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) == ~number ? number : 0;
    }

    /// <param name="flush">Waits for the disk: for a number that is let out without being in the database.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Write(long number, bool flush = false)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], ~number);
        RandomAccess.Write(_file.SafeFileHandle, bytes, 0);
        if (flush) RandomAccess.FlushToDisk(_file.SafeFileHandle);
    }

    public void Dispose() => _file.Dispose();
}
