using System.Globalization;
using PdfSharp;
using PdfSharp.Drawing;
using PdfSharp.Pdf;

namespace Automation.Host.Reports;

/// <summary>Pages to print: A4 across, the head of the table on each, with page numbers. Made in memory, so its bound is smaller.</summary>
internal sealed class PdfReportWriter(ReportLimits limits) : IReportWriter
{
    private const double Margin = 36;
    private const double Line = 10.5;
    private const double Pad = 3;

    /// <summary>Lines of one row at most; what is longer ends with an ellipsis.</summary>
    private const int RowLines = 6;

    public string Extension => "pdf";

    public string MediaType => "application/pdf";

    public async Task<ReportResult> WriteAsync(Report report, Stream stream, CancellationToken cancellationToken)
    {
        PdfFonts.Use();
        using var document = new PdfDocument();
        document.Info.Title = report.Title;
        document.Info.Creator = "Automation";
        using var sheet = new Sheet(document, report);
        sheet.Head();
        int rows = 0;
        bool truncated = false;
        await foreach (ReportCell[] row in report.Rows.WithCancellation(cancellationToken))
        {
            truncated = rows == limits.PdfRows;
            if (truncated) break;
            rows++;
            sheet.Row(row);
        }

        sheet.Note(truncated ? ReportLimits.More(rows) : rows == 0 ? "There is nothing to show." : "");
        sheet.Number();
        document.Save(stream, closeStream: false);
        return new ReportResult(rows, truncated);
    }

    /// <summary>The page that is written on, and how far.</summary>
    private sealed class Sheet(PdfDocument document, Report report) : IDisposable
    {
        private readonly XFont _title = new(PdfFonts.Family, 15, XFontStyleEx.Bold);
        private readonly XFont _bold = new(PdfFonts.Family, 8, XFontStyleEx.Bold);
        private readonly XFont _font = new(PdfFonts.Family, 8);
        private readonly double _total = report.Columns.Sum(c => (double)c.Width);
        private XGraphics? _graphics;
        private double _width;
        private double _bottom;
        private double _y;

        /// <summary>Title and what it is about, then the first head of the table.</summary>
        public void Head()
        {
            NewPage();
            Text(report.Title, _title, Margin, 18);
            _y += 22;
            foreach (string line in report.About)
            {
                foreach (string part in Wrap(line, _font, _width, RowLines))
                {
                    Text(part, _font, Margin, Line);
                    _y += Line + 1;
                }
            }

            _y += 8;
            Columns();
        }

        public void Row(ReportCell[] row)
        {
            var cells = new List<string>[report.Columns.Length];
            int lines = 1;
            for (int i = 0; i < cells.Length; i++)
            {
                cells[i] = Wrap(row[i].ToString(), _font, WidthOf(i) - (2 * Pad), RowLines);
                lines = Math.Max(lines, cells[i].Count);
            }

            double height = (lines * Line) + 4;
            if (_y + height > _bottom)
            {
                NewPage();
                Columns();
            }

            double x = Margin;
            for (int i = 0; i < cells.Length; i++)
            {
                for (int l = 0; l < cells[i].Count; l++) _graphics!.DrawString(cells[i][l], _font, XBrushes.Black, new XPoint(x + Pad, _y + 9 + (l * Line)));
                x += WidthOf(i);
            }

            _y += height;
            _graphics!.DrawLine(new XPen(XColors.LightGray, 0.4), Margin, _y, Margin + _width, _y);
        }

        public void Note(string text)
        {
            if (text.Length == 0) return;
            if (_y + 20 > _bottom) NewPage();
            _y += 8;
            Text(text, _bold, Margin, Line);
        }

        public void Number()
        {
            _graphics?.Dispose();
            _graphics = null;
            for (int i = 0; i < document.PageCount; i++)
            {
                using XGraphics graphics = XGraphics.FromPdfPage(document.Pages[i]);
                string text = string.Create(CultureInfo.InvariantCulture, $"{report.Title} · {i + 1} / {document.PageCount}");
                graphics.DrawString(text, _font, XBrushes.Gray, new XRect(Margin, document.Pages[i].Height.Point - Margin + 8, _width, Line), XStringFormats.TopRight);
            }
        }

        public void Dispose() => _graphics?.Dispose();

        private void Columns()
        {
            _graphics!.DrawRectangle(new XSolidBrush(XColor.FromArgb(235, 235, 235)), Margin, _y, _width, 14);
            double x = Margin;
            for (int i = 0; i < report.Columns.Length; i++)
            {
                _graphics.DrawString(Wrap(report.Columns[i].Title, _bold, WidthOf(i) - (2 * Pad), 1)[0], _bold, XBrushes.Black, new XPoint(x + Pad, _y + 10));
                x += WidthOf(i);
            }

            _y += 16;
        }

        private void NewPage()
        {
            _graphics?.Dispose();
            PdfPage page = document.AddPage();
            page.Size = PageSize.A4;
            page.Orientation = PageOrientation.Landscape;
            _graphics = XGraphics.FromPdfPage(page);
            _width = page.Width.Point - (2 * Margin);
            _bottom = page.Height.Point - Margin;
            _y = Margin;
        }

        private void Text(string text, XFont font, double x, double baseline) => _graphics!.DrawString(Clean(text), font, XBrushes.Black, new XPoint(x, _y + baseline));

        private double WidthOf(int column) => report.Columns[column].Width / _total * _width;

        /// <summary>Breaks a text at spaces, and a word that is too long (an address) where it must be.</summary>
        private List<string> Wrap(string text, XFont font, double width, int lines)
        {
            text = Clean(text);
            var wrapped = new List<string>();
            while (text.Length > 0 && wrapped.Count < lines)
            {
                int fits = Fits(text, font, width);
                bool more = fits < text.Length;
                if (more && wrapped.Count == lines - 1)
                {
                    wrapped.Add(text[..Math.Max(0, fits - 1)] + "…");
                    break;
                }

                int space = more ? text.LastIndexOf(' ', fits) : -1;
                int end = space > 0 ? space : fits;
                wrapped.Add(text[..end].TrimEnd());
                text = text[end..].TrimStart();
            }

            if (wrapped.Count == 0) wrapped.Add("");
            return wrapped;
        }

        /// <summary>Characters that fit, at least one.</summary>
        private int Fits(string text, XFont font, double width)
        {
            // No letter is narrower than a point and a half: nothing beyond that has to be measured.
            int high = Math.Min(text.Length, (int)(width / 1.5) + 1);
            if (_graphics!.MeasureString(text[..high], font).Width <= width) return high;
            int low = 1;
            while (low < high - 1)
            {
                int middle = (low + high) / 2;
                if (_graphics.MeasureString(text[..middle], font).Width <= width) low = middle;
                else high = middle;
            }

            return low < text.Length && char.IsHighSurrogate(text[low - 1]) ? low + 1 : low;
        }

        private static string Clean(string text) => Automation.Notify.DeliveryOutcome.OneLine(text, 2_000);
    }
}
