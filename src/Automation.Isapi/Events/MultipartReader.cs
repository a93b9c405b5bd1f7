using System.Buffers.Text;
using System.Text;

namespace Automation.Isapi.Events;

/// <summary>Cuts an endless <c>multipart/mixed</c> stream into parts (EVT-1, isapi.md quirks 9 and 10). Bounded; never throws on what the device sends.</summary>
/// <remarks>
/// <code>
/// --boundary CRLF  header CRLF …  CRLF  body [CRLF]  --boundary CRLF …
/// </code>
/// Devices differ: any boundary (the one on the wire counts, not the declared one), with or without Content-Length, a length that is wrong,
/// no line break before the boundary, parts without headers, several documents in a part. A document without a length is given out as soon
/// as it is whole and nothing more has arrived, because the next boundary may be ten seconds away. After anything odd the reader goes on at
/// the next boundary.
/// </remarks>
internal sealed class MultipartReader
{
    /// <summary>A part's headers; real ones have 60 to 200 bytes.</summary>
    private const int MaxHeaderBytes = 16 * 1024;

    private const int ReadBytes = 16 * 1024;

    /// <summary>Room that a picture has taken is given back beyond this; most parts have 2 KiB.</summary>
    private const int KeptBytes = 256 * 1024;

    /// <summary>From this length on a boundary is looked for anywhere; a shorter one only at a line's start, as pictures may hold it.</summary>
    private const int LongBoundary = 8;

    private readonly Func<Memory<byte>, CancellationToken, ValueTask<int>> _read;
    private readonly int _maxText;
    private readonly int _maxPicture;
    private byte[] _buffer = new byte[ReadBytes];
    private byte[]? _delimiter;
    private int _start;
    private int _end;
    private int _scanned;
    private bool _ended;
    private Phase _phase;
    private long? _length;
    private bool _picture;
    private bool _film;
    private string? _contentType;
    private bool _told;

    /// <param name="read">Reads more; 0 at the end of the stream.</param>
    /// <param name="boundary">What the Content-Type declares; null when it does not.</param>
    public MultipartReader(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, string? boundary, int maxTextBytes, int maxPictureBytes)
    {
        _read = read;
        _maxText = maxTextBytes;
        _maxPicture = maxPictureBytes;
        if (!string.IsNullOrEmpty(boundary)) _delimiter = Encoding.Latin1.GetBytes(boundary.StartsWith("--", StringComparison.Ordinal) ? boundary : "--" + boundary);
    }

    private enum Phase : byte
    {
        /// <summary>Before the first boundary: the first line that starts with two dashes is it.</summary>
        First,

        /// <summary>Looking for the next boundary; what comes before it is nobody's.</summary>
        Between,
        Headers,
        Body,

        /// <summary>A film or an oversized part.</summary>
        Skip,
    }

    private Span<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The next part; null at the end of the stream.</summary>
    public async ValueTask<StreamPart?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (Advance() is var step && step != Step.NeedMore)
            {
                if (step == Step.Part) return _part;
            }

            if (_ended) return null;
            if (TryTakeWhole()) return _part;
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private enum Step : byte
    {
        NeedMore,
        Again,
        Part,
    }

    private StreamPart _part;

    private Step Advance() => _phase switch
    {
        Phase.First => FindFirst(),
        Phase.Between => FindNext(),
        Phase.Headers => ReadHeader(),
        Phase.Body => ReadBody(),
        _ => SkipBody(),
    };

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end && _buffer.Length > KeptBytes) _buffer = new byte[ReadBytes];
        if (_start > 0)
        {
            if (_start < _end) Pending.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_buffer.Length - _end < ReadBytes / 2) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _end + ReadBytes));
        int count = await _read(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        if (count == 0) _ended = true;
        _end += count;
    }

    private Step FindFirst()
    {
        // Leading blank lines are common; the first other line is the boundary, or there is a preamble and the declared one counts.
        int text = Pending.IndexOfAnyExcept("\r\n \t"u8);
        if (text < 0) return Step.NeedMore;
        Span<byte> rest = Pending[text..];
        if (rest[0] is (byte)'<' or (byte)'{' or (byte)'[')
        {
            // No multipart at all: a device that refuses with HTTP 200 sends one document.
            _delimiter ??= "--boundary"u8.ToArray();
            Drop(text);
            return StartBody();
        }

        int newline = rest.IndexOf((byte)'\n');
        if (newline < 0 && rest.Length < MaxHeaderBytes) return Step.NeedMore;
        if (newline > 4 && rest.StartsWith("--"u8)) _delimiter = rest[..newline].TrimEnd("\r "u8).ToArray();
        else _delimiter ??= "--boundary"u8.ToArray();
        _phase = Phase.Between;
        return Step.Again;
    }

    private Step FindNext()
    {
        int at = FindDelimiter(Pending.Length);
        if (at < 0)
        {
            Drop(Math.Max(0, Pending.Length - _delimiter!.Length));
            return Step.NeedMore;
        }

        int newline = Pending[at..].IndexOf((byte)'\n');
        if (newline < 0)
        {
            Drop(at);
            if (Pending.Length <= MaxHeaderBytes) return Step.NeedMore;
            Drop(_delimiter!.Length);
            return Step.Again;
        }

        Drop(at + newline + 1);
        _phase = Phase.Headers;
        _length = null;
        _picture = false;
        _film = false;
        _contentType = null;
        return Step.Again;
    }

    private Step ReadHeader()
    {
        Span<byte> pending = Pending;
        if (pending.Length > 0 && pending[0] is (byte)'<' or (byte)'{') return StartBody();
        int newline = pending.IndexOf((byte)'\n');
        if (newline < 0)
        {
            if (pending.Length <= MaxHeaderBytes) return Step.NeedMore;
            return StartBody();
        }

        Span<byte> line = pending[..newline].TrimEnd("\r \t"u8);
        if (line.StartsWith(_delimiter))
        {
            // A boundary right after a boundary: an empty part, or the closing one.
            _phase = Phase.Between;
            return Step.Again;
        }

        bool last = line.IsEmpty;
        if (!last) ReadHeaderLine(line);
        Drop(newline + 1);
        return last ? StartBody() : Step.Again;
    }

    private void ReadHeaderLine(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (colon < 0) return;
        ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
        if (Ascii.EqualsIgnoreCase(line[..colon], "Content-Length"u8))
        {
            if (Utf8Parser.TryParse(value, out long length, out int used) && used == value.Length && length >= 0) _length = length;
        }
        else if (Ascii.EqualsIgnoreCase(line[..colon], "Content-Type"u8))
        {
            _picture = StartsWithIgnoreCase(value, "image/"u8);
            _film = StartsWithIgnoreCase(value, "video/"u8);
            if (_picture) _contentType = Encoding.Latin1.GetString(value[..Math.Min(value.Length, 64)]);
        }
    }

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> value, ReadOnlySpan<byte> start) =>
        value.Length >= start.Length && Ascii.EqualsIgnoreCase(value[..start.Length], start);

    private int Limit => _picture ? _maxPicture : _maxText;

    private Step StartBody()
    {
        _scanned = 0;
        _told = false;
        _phase = _film || _length > Limit ? Phase.Skip : Phase.Body;
        return Step.Again;
    }

    private Step ReadBody()
    {
        int wanted = _length is { } length ? (int)length : int.MaxValue;
        int at = FindDelimiter(Math.Min(Pending.Length, wanted));
        // Read together with its end, and larger than it may be all the same.
        if (at > Limit) return Oversized();
        if (at >= 0) return TakeBody(at, Phase.Between, cut: at < wanted - 4 && _length is not null);
        if (Pending.Length >= wanted) return TakeBody(wanted, Phase.Between, cut: false);
        if (_ended) return Pending.Length > Limit ? Oversized() : TakeBody(Pending.Length, Phase.Between, cut: true);
        return Pending.Length <= Limit ? Step.NeedMore : Oversized();
    }

    private Step Oversized()
    {
        _phase = Phase.Skip;
        return Step.Again;
    }

    private Step TakeBody(int length, Phase next, bool cut)
    {
        ReadOnlyMemory<byte> body = _buffer.AsMemory(_start, length);
        Drop(length);
        _phase = next;
        if (body.Span.IndexOfAnyExcept(" \t\r\n\0"u8) < 0) return Step.Again;
        // Some devices send pictures as application/octet-stream, or without a type: JPEG starts FF D8, PNG 89 PNG.
        bool picture = _picture || body.Span.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) || body.Span.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']);
        // Without a length the line break before the boundary looks like the picture's own.
        if (picture && _length is null && body.Span.EndsWith("\r\n"u8)) body = body[..^2];
        _part = new StreamPart(picture ? StreamPartKind.Picture : StreamPartKind.Text, body, cut, _contentType);
        return Step.Part;
    }

    /// <summary>Nothing more has arrived: a document without a length that looks whole is given out now.</summary>
    private bool TryTakeWhole()
    {
        if (_phase != Phase.Body || _picture || _length is not null || Pending.Length > Limit || !WholeDocument.IsWhole(Pending)) return false;
        return TakeBody(Pending.Length, Phase.Body, cut: false) == Step.Part;
    }

    private Step SkipBody()
    {
        int at = FindDelimiter(Pending.Length);
        int gone = at >= 0 ? at : Math.Max(0, Pending.Length - _delimiter!.Length);
        Drop(gone);
        if (!_told)
        {
            _told = true;
            _part = new StreamPart(StreamPartKind.Skipped, default, Cut: false, _film ? "video" : null);
            return Step.Part;
        }

        if (at < 0) return Step.NeedMore;
        _phase = Phase.Between;
        return Step.Again;
    }

    /// <summary>Where the next boundary is within the first bytes pending, or -1; what was looked at once is not looked at again.</summary>
    private int FindDelimiter(int limit)
    {
        ReadOnlySpan<byte> delimiter = _delimiter;
        // The boundary may reach past the limit: a body of exactly the declared length is followed by it.
        int window = Math.Min(Pending.Length, limit > int.MaxValue - delimiter.Length ? int.MaxValue : limit + delimiter.Length - 1);
        int from = Math.Min(_scanned, window);
        while (true)
        {
            int found = Pending[from..window].IndexOf(delimiter);
            if (found < 0) break;
            int at = from + found;
            if (delimiter.Length >= LongBoundary || at == 0 || Pending[at - 1] is (byte)'\n' or (byte)'\r') return at;
            from = at + 1;
        }

        _scanned = Math.Max(from, Math.Max(0, window - delimiter.Length + 1));
        return -1;
    }

    private void Drop(int count)
    {
        _start += count;
        _scanned = Math.Max(0, _scanned - count);
    }
}
