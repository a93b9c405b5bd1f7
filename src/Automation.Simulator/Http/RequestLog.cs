using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Automation.Simulator.Http;

/// <summary>What the devices were asked, in the order it came in; the newest <see cref="Capacity"/> are kept.</summary>
internal sealed class RequestLog(TimeProvider time)
{
    public const int Capacity = 20_000;

    /// <summary>Of each body this much is kept.</summary>
    public const int BodyChars = 8_192;

    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = new();
    private long _sequence;
    private long _executed;

    /// <summary>Enters a request when it arrives; its status follows just before the answer goes out.</summary>
    public Entry Add(string device, string method, string path)
    {
        lock (_gate)
        {
            var entry = new Entry(this, ++_sequence, time.GetUtcNow(), device, method, path);
            _entries.Enqueue(entry);
            if (_entries.Count > Capacity) _entries.Dequeue();
            return entry;
        }
    }

    public void Clear()
    {
        lock (_gate) _entries.Clear();
    }

    public JsonArray ToJson(Func<Entry, bool> wanted)
    {
        Entry[] all;
        lock (_gate) all = [.. _entries];
        return new([.. all.Where(wanted).Select(e => (JsonNode)e.ToJson())]);
    }

    internal sealed class Entry(RequestLog log, long sequence, DateTimeOffset at, string device, string method, string path)
    {
        private readonly Lock _gate = new();
        private string _body = "";
        private int _bodyBytes;
        private string? _user;
        private string? _auth;
        private string? _behind;
        private int? _status;
        private long? _executed;

        public long Sequence => sequence;

        /// <summary>The device that was meant: the one behind a receiver, where it was one.</summary>
        public string Device => Volatile.Read(ref _behind) ?? device;

        public string Method => method;

        public string Path => path;

        public bool Authenticated { get; private set; }

        public bool Executed
        {
            get
            {
                lock (_gate) return _executed is not null;
            }
        }

        public void Received(byte[] body)
        {
            string text = Encoding.UTF8.GetString(body);
            lock (_gate)
            {
                _bodyBytes = body.Length;
                _body = text.Length > BodyChars ? text[..BodyChars] : text;
            }
        }

        public void Judged(string? user, bool authenticated, string auth)
        {
            lock (_gate)
            {
                _user = user;
                _auth = auth;
                Authenticated = authenticated;
            }
        }

        /// <summary>The device did what it was asked; from now on it counts, whatever becomes of the answer.</summary>
        public void Did()
        {
            lock (_gate) _executed = Interlocked.Increment(ref log._executed);
        }

        public void For(string behind) => Volatile.Write(ref _behind, behind);

        /// <summary>0: the connection was cut instead of answering.</summary>
        public void Answered(int status)
        {
            lock (_gate) _status = status;
        }

        public JsonObject ToJson()
        {
            lock (_gate)
            {
                var json = new JsonObject
                {
                    ["seq"] = sequence,
                    ["at"] = at.ToString("O", CultureInfo.InvariantCulture),
                    ["device"] = Device,
                    ["method"] = method,
                    ["path"] = path,
                    ["body"] = _body,
                    ["bodyBytes"] = _bodyBytes,
                    ["user"] = _user,
                    ["authenticated"] = Authenticated,
                    ["auth"] = _auth,
                    ["status"] = _status,
                    ["executed"] = _executed,
                };
                if (_behind is not null) json["through"] = device;
                return json;
            }
        }
    }
}
