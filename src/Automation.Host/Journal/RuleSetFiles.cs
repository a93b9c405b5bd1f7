using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Journal;

/// <summary>The files a site's rules are made of, as they were read: with them a past day runs with the rules of that day.</summary>
/// <param name="Site">The site file; it holds no secrets.</param>
/// <param name="Templates">Those built in; those of the site's own are among the rules.</param>
internal sealed record RuleSetFiles(SourceFile Site, ImmutableArray<SourceFile> Templates, ImmutableArray<SourceFile> Rules)
{
    /// <summary>Largest packed set that is read: far beyond any set that can be loaded.</summary>
    private const int MaximumBytes = 1024 * 1024 * 1024;

    private string? _fingerprint;

    /// <summary>A hash of all of it; names the set in the journal.</summary>
    public string Fingerprint => _fingerprint ??= Hash();

    /// <summary>Reads the rules with a site that is there already.</summary>
    public SiteRules Load(Site site, TemplateLibrary templates) => RuleDirectory.Load(site, Rules, templates, Fingerprint);

    /// <summary>Reads everything from the files; passwords are not needed.</summary>
    /// <exception cref="InvalidDataException">The site file is not one that this program reads.</exception>
    public SiteRules Load()
    {
        SiteReading reading = SiteReader.Read(Site, static _ => new Secret("not needed"), static _ => new Secret("not needed"));
        if (reading.Site is not { } site) throw new InvalidDataException($"the site file of then is not understood: {reading.Findings.FirstOrDefault()}");
        return Load(site, TemplateLibrary.Read(Templates).Library);
    }

    /// <summary>As it is kept: compressed.</summary>
    public byte[] Pack()
    {
        using var packed = new MemoryStream();
        using (var stream = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var to = new BinaryWriter(stream, Encoding.UTF8))
        {
            foreach (ImmutableArray<SourceFile> files in new[] { [Site], Templates, Rules })
            {
                to.Write(files.Length);
                foreach (SourceFile file in files)
                {
                    to.Write(file.Path);
                    to.Write(file.Utf8.Length);
                    to.Write(file.Utf8.Span);
                }
            }
        }

        return packed.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not what <see cref="Pack"/> gave.</exception>
    public static RuleSetFiles Unpack(byte[] bytes)
    {
        try
        {
            using var from = new BinaryReader(new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress), Encoding.UTF8);
            return new RuleSetFiles(ReadFiles(from)[0], ReadFiles(from), ReadFiles(from));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("a rule set that was kept cannot be read", e);
        }
    }

    private static ImmutableArray<SourceFile> ReadFiles(BinaryReader from)
    {
        int count = from.ReadInt32();
        var files = ImmutableArray.CreateBuilder<SourceFile>();
        for (int i = 0; i < count; i++)
        {
            string path = from.ReadString();
            int length = from.ReadInt32();
            if (length is < 0 or > MaximumBytes) throw new FormatException("a length");
            byte[] utf8 = from.ReadBytes(length);
            if (utf8.Length < length) throw new EndOfStreamException();
            files.Add(new SourceFile(path, utf8));
        }

        return files.ToImmutable();
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SourceFile file in (IEnumerable<SourceFile>)[Site, .. Templates, .. Rules])
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file.Path + "\0" + file.Utf8.Length + "\0"));
            hash.AppendData(file.Utf8.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
