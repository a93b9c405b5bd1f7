using PdfSharp.Fonts;

namespace Automation.Host.Reports;

/// <summary>The one font of our PDFs, built into the assembly: no machine has to have it. DejaVu knows the letters of Europe, Greek, Cyrillic, Hebrew, Arabic; not those of East Asia.</summary>
internal sealed class PdfFonts : IFontResolver
{
    public const string Family = "DejaVu Sans Condensed";

    private static readonly Lazy<byte[]> Font = new(() =>
    {
        using Stream stream = typeof(PdfFonts).Assembly.GetManifestResourceStream("fonts/DejaVuSansCondensed.ttf") ?? throw new InvalidOperationException("The font is not built in.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    });

    private static readonly Lock Gate = new();

    /// <summary>PDFsharp has one resolver for the process.</summary>
    public static void Use()
    {
        lock (Gate) GlobalFontSettings.FontResolver ??= new PdfFonts();
    }

    public FontResolverInfo ResolveTypeface(string familyName, bool isBold, bool isItalic) => new(Family, isBold, isItalic);

    public byte[] GetFont(string faceName) => Font.Value;
}
