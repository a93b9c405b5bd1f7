using System.Text;

namespace Automation.Core.Compilation;

/// <summary>Topic and payload of a publish step, cut at their <c>${name}</c> places once.</summary>
internal sealed class PublishTemplate
{
    private readonly Piece[] _topic;
    private readonly Piece[] _payload;
    private readonly bool _json;

    public PublishTemplate(string topic, string payload, bool retain, byte qos)
    {
        _topic = Cut(topic);
        _payload = Cut(payload);
        _json = payload.AsSpan().TrimStart() is ['{' or '[' or '"', ..];
        Retain = retain;
        QoS = qos;
    }

    public bool Retain { get; }

    public byte QoS { get; }

    /// <summary>Values from outside never add a level or a wildcard to a topic.</summary>
    public string Topic(Func<string, string> valueOf) => Fill(_topic, valueOf, static text => Replace(text));

    public string Payload(Func<string, string> valueOf) => Fill(_payload, valueOf, _json ? Escape : static text => text);

    private static string Fill(Piece[] pieces, Func<string, string> valueOf, Func<string, string> clean)
    {
        if (pieces is [{ IsName: false } only]) return only.Text;
        var text = new StringBuilder();
        foreach (Piece piece in pieces) text.Append(piece.IsName ? clean(valueOf(piece.Text)) : piece.Text);
        return text.ToString();
    }

    private static Piece[] Cut(string text)
    {
        var pieces = new List<Piece>();
        int from = 0;
        while (from < text.Length)
        {
            int open = text.IndexOf("${", from, StringComparison.Ordinal);
            int close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0) break;
            if (open > from) pieces.Add(new(text[from..open], false));
            pieces.Add(new(text[(open + 2)..close], true));
            from = close + 1;
        }

        if (from < text.Length || pieces.Count == 0) pieces.Add(new(text[from..], false));
        return [.. pieces];
    }

    private static string Replace(string text) => text.Replace('+', '_').Replace('#', '_').Replace('\0', '_');

    private static string Escape(string text) => System.Text.Json.JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    private readonly record struct Piece(string Text, bool IsName);
}
