using System.Text;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>Reads an alert stream part by part, simply: head, Content-Length, body.</summary>
internal sealed class PartReader(HttpResponseMessage response, Stream stream) : IAsyncDisposable
{
    private readonly List<byte> _pending = [];

    public string Boundary => response.Content.Headers.ContentType!.Parameters.Single(p => p.Name == "boundary").Value!.Trim('"');

    public static async Task<PartReader> OpenAsync(HttpClient client, string path = "/ISAPI/Event/notification/alertStream")
    {
        HttpResponseMessage response = await Until.Done(client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead));
        response.EnsureSuccessStatusCode();
        return new(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next part: its Content-Type and text. Null at the end of the stream, also in the middle of a part.</summary>
    public async Task<(string Type, string Text)?> NextAsync()
    {
        string? head = await UntilAsync("\r\n\r\n");
        if (head is null) return null;
        string Value(string name) => head.Split("\r\n").First(l => l.StartsWith(name, StringComparison.OrdinalIgnoreCase))[(name.Length + 1)..].Trim();
        int length = int.Parse(Value("Content-Length"), System.Globalization.CultureInfo.InvariantCulture);
        while (_pending.Count < length + 2)
        {
            if (!await MoreAsync()) return null;
        }

        string text = Encoding.UTF8.GetString(_pending.GetRange(0, length).ToArray());
        _pending.RemoveRange(0, length + 2);
        return (Value("Content-Type"), text);
    }

    /// <summary>Skips heartbeats and other parts until one has this in it.</summary>
    public async Task<string> FindAsync(string wanted)
    {
        for (int i = 0; i < 1000; i++)
        {
            (string Type, string Text)? part = await NextAsync();
            Assert.True(part is not null, $"The stream ended before \"{wanted}\".");
            if (part.Value.Text.Contains(wanted, StringComparison.Ordinal)) return part.Value.Text;
        }

        throw new InvalidOperationException($"1000 parts without \"{wanted}\".");
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        response.Dispose();
    }

    private async Task<string?> UntilAsync(string end)
    {
        while (true)
        {
            string text = Encoding.Latin1.GetString(_pending.ToArray());
            int at = text.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                _pending.RemoveRange(0, at + end.Length);
                return text[..at];
            }

            if (!await MoreAsync()) return null;
        }
    }

    private async Task<bool> MoreAsync()
    {
        byte[] chunk = new byte[64 * 1024];
        int read = await stream.ReadAsync(chunk).AsTask().WaitAsync(Until.Limit);
        _pending.AddRange(chunk.AsSpan(0, read));
        return read > 0;
    }
}
