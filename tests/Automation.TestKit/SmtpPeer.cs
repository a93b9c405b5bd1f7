using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Automation.TestKit;

/// <summary>A real mail server: Debian's aiosmtpd on a free port of loopback. The process is one for all tests of a project, which start a server each.</summary>
public sealed class SmtpPeer : IAsyncDisposable
{
    private static readonly Lazy<SmtpProcess> Shared = new(SmtpProcess.Start);

    private readonly TempFolder _folder = new();
    private readonly int _number;

    private SmtpPeer(int number) => _number = number;

    public int Port { get; private set; }

    /// <summary>The authority of the server's certificate.</summary>
    public X509Certificate2? Authority { get; private set; }

    /// <summary>Where that authority is on disk, as PEM.</summary>
    public string AuthorityFile => _folder.File("authority.pem");

    /// <summary>The messages the server has taken charge of, in order.</summary>
    public IReadOnlyList<TakenMail> Mails => [.. Told("mail").Select(TakenMail.Read)];

    /// <param name="security"><c>startTls</c>, <c>implicitTls</c> or <c>none</c>.</param>
    /// <param name="user">Null: no authentication is asked for; the password is <c>open sesame</c>.</param>
    /// <param name="name">Whom the certificate is for.</param>
    /// <param name="busyFirst">So many messages are refused with 451 at first.</param>
    public static async Task<SmtpPeer> StartAsync(string security = "none", string? user = null, string name = "localhost", int busyFirst = 0, int port = 0, bool utf8 = true)
    {
        Peer.Find("aiosmtpd", "python3-aiosmtpd");
        SmtpProcess process = Shared.Value;
        var peer = new SmtpPeer(process.NextNumber());
        var options = new Dictionary<string, object> { ["peer"] = peer._number, ["security"] = security, ["busyFirst"] = busyFirst, ["port"] = port, ["utf8"] = utf8 };
        if (user is not null) (options["user"], options["password"]) = (user, "open sesame");
        if (security != "none") peer.MakeCertificate(name, options);
        process.Write(options);
        await Until.True(() => peer.Told("listening").Count == 1 || process.HasExited, process.Errors);
        Assert.False(process.HasExited, "the mail server did not start: " + process.Errors());
        peer.Port = peer.Told("listening")[0].GetProperty("port").GetInt32();
        return peer;
    }

    /// <summary>What the server told of one kind: <c>ehlo</c>, <c>auth</c>, <c>refused</c>, <c>mail</c>.</summary>
    public IReadOnlyList<JsonElement> Told(string what) => Shared.Value.Told(_number, what);

    public ValueTask DisposeAsync()
    {
        Shared.Value.Write(new Dictionary<string, object> { ["peer"] = _number, ["close"] = true });
        Authority?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private void MakeCertificate(string name, Dictionary<string, object> options)
    {
        using var authority = new TestAuthority();
        Authority = X509CertificateLoader.LoadCertificate(authority.Certificate.RawData);
        File.WriteAllText(AuthorityFile, Authority.ExportCertificatePem());
        authority.Issue(name, _folder.File("peer.pem"), _folder.File("peer.key"));
        (options["certificate"], options["key"]) = (_folder.File("peer.pem"), _folder.File("peer.key"));
    }
}

/// <summary>A message as the server got it.</summary>
/// <param name="Data">Header and body, byte for byte.</param>
public sealed record TakenMail(string Sender, string[] To, bool Tls, bool Utf8, string? User, string Data)
{
    /// <summary>The value of a header with its folds taken out; null when there is none.</summary>
    public string? Header(string name)
    {
        string head = Data[..Data.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal);
        return head.Split("\r\n").FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
    }

    internal static TakenMail Read(JsonElement told) => new(
        told.GetProperty("sender").GetString()!, [.. told.GetProperty("to").EnumerateArray().Select(t => t.GetString()!)], told.GetProperty("tls").GetBoolean(), told.GetProperty("utf8").GetBoolean(),
        told.GetProperty("user").GetString(), Encoding.UTF8.GetString(told.GetProperty("data").GetBytesFromBase64()));
}
