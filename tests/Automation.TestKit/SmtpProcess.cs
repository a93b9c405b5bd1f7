using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Automation.TestKit;

/// <summary>The process behind <see cref="SmtpPeer"/>. It ends with its standard input, so with the tests.</summary>
internal sealed class SmtpProcess
{
    private readonly Lock _gate = new();
    private readonly List<JsonElement> _told = [];
    private readonly StringBuilder _errors = new();
    private Process? _process;
    private int _number;

    public bool HasExited => _process is not { HasExited: false };

    public static SmtpProcess Start()
    {
        // The interpreter that Debian's package is for; another python may come first in the path.
        string python = File.ReadLines(Peer.Find("aiosmtpd", "python3-aiosmtpd")).First().TrimStart('#', '!', ' ').Split(' ')[0];
        string script = Path.Combine(AppContext.BaseDirectory, "smtp_peer.py");
        using (Stream source = typeof(SmtpProcess).Assembly.GetManifestResourceStream("smtp_peer.py")!)
        using (FileStream target = File.Create(script)) source.CopyTo(target);
        var started = new SmtpProcess();
        started._process = Peer.Start(python, [script], started.Read);
        return started;
    }

    public int NextNumber() => Interlocked.Increment(ref _number);

    public void Write(Dictionary<string, object> order)
    {
        lock (_gate)
        {
            _process!.StandardInput.WriteLine(JsonSerializer.Serialize(order));
            _process.StandardInput.Flush();
        }
    }

    public IReadOnlyList<JsonElement> Told(int peer, string what)
    {
        lock (_gate) return [.. _told.Where(t => t.GetProperty("peer").GetInt32() == peer && t.GetProperty("what").GetString() == what)];
    }

    public string Errors()
    {
        lock (_gate) return _errors.ToString();
    }

    private void Read(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { Length: > 0 } text) return;
        lock (_gate)
        {
            if (text.StartsWith("{\"peer\"", StringComparison.Ordinal)) _told.Add(JsonDocument.Parse(text).RootElement);
            else _errors.AppendLine(text);
        }
    }
}
