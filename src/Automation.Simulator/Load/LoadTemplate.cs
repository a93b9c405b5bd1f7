using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Automation.Simulator.Alerts;

namespace Automation.Simulator.Load;

/// <summary>An alert made once, into which only the time is written: thousands a second cost a copy each.</summary>
internal sealed class LoadTemplate
{
    private const string Place = "0000-00-00T00:00:00.0000000+00:00";

    private readonly string _type;
    private readonly byte[] _body;
    private readonly int _at;

    private LoadTemplate(string type, byte[] body, int at) => (_type, _body, _at) = (type, body, at);

    /// <param name="render">Makes the part of an alert.</param>
    public static LoadTemplate Of(Alert alert, Func<Alert, AlertPart> render)
    {
        AlertPart part = render(alert with { At = Place });
        byte[] body = part.Body.ToArray();
        int at = body.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Place));
        return new(part.ContentType, body, at >= 0 ? at : throw new InvalidOperationException("The alert does not tell its time."));
    }

    /// <summary>The alert with this time, to the tenth of a microsecond: who receives it can tell how long it took.</summary>
    public AlertPart At(DateTimeOffset now)
    {
        byte[] body = [.. _body];
        bool written = Utf8Formatter.TryFormat(now.ToUniversalTime(), body.AsSpan(_at), out int length, new('O')) && length == Place.Length;
        return written ? new(_type, body) : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The time {now} does not fit."));
    }
}
