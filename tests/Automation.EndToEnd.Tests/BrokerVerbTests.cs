using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Automation.EndToEnd.Tests.Kit;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>The broker alone, as an installer sets it up, spoken to by clients we did not write.</summary>
public sealed partial class BrokerVerbTests
{
    private const string Command = "automation/rules/night/enabled/set";

    [Fact, Trait("Req", "HUB-6")]
    public async Task Users_ComeInWithTheirPassword_AndCommandsAreForOperators()
    {
        using var folder = new TempFolder();
        string alice = await HashAsync("alice's secret");
        string bob = await HashAsync("bob's secret");
        await File.WriteAllTextAsync(folder.File("broker.json"), $$"""
            { "listeners": [ { "port": 0 } ], "anonymousOnLoopback": false,
              "users": [ { "name": "alice", "passwordHash": "{{alice}}", "roles": ["operator"] }, { "name": "bob", "passwordHash": "{{bob}}" } ] }
            """);
        await using HostProcess broker = await HostProcess.Start(["broker", "--config", folder.File("broker.json"), "--data", folder.File("data")]).RunningAsync();
        int port = broker.MqttPort;

        Assert.NotEqual(0, await PublishAsync(port, "x", "anonymous"));
        Assert.NotEqual(0, await PublishAsync(port, "x", "wrong", "-u", "alice", "-P", "bob's secret"));

        // Bob may report, and may not command; alice may. A retained report comes after, so that what is missing is missing for good.
        Assert.Equal(0, await PublishAsync(port, "sensors/door", "closed", "-u", "bob", "-P", "bob's secret", "-r"));
        await using var listener = new Listener(port, "bob", "bob's secret");
        await Until.True(() => listener.Lines.Contains("sensors/door closed"), () => broker.Output);
        await PublishAsync(port, Command, "from bob", "-u", "bob", "-P", "bob's secret");
        Assert.Equal(0, await PublishAsync(port, Command, "from alice", "-u", "alice", "-P", "alice's secret"));
        await Until.True(() => listener.Lines.Contains(Command + " from alice"), () => broker.Output);
        Assert.DoesNotContain(Command + " from bob", listener.Lines);
        await broker.StopAsync();
        Assert.Equal(0, broker.ExitCode);
        Assert.DoesNotContain("secret", broker.Output, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-6")]
    public async Task Tls_WithPemFiles_IsSpokenToByMosquittoPub()
    {
        using var folder = new TempFolder();
        WriteCertificate(folder);
        string[] arguments = ["broker", "--port", "0", "--tls-port", "0", "--tls-certificate", folder.File("broker.pem"), "--tls-key", folder.File("broker.key")];
        await using HostProcess broker = await HostProcess.Start(arguments).RunningAsync();
        int port = int.Parse(TlsLine().Match(broker.Output).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Equal(0, await PublishAsync(port, "x", "over TLS", "--cafile", folder.File("broker.pem"), "-h", "localhost"));
        Assert.NotEqual(0, await PublishAsync(port, "x", "without TLS"));
    }

    [Fact]
    public async Task Certificate_ThatIsMissing_IsOneLineAndExitCode2()
    {
        using var folder = new TempFolder();
        string refusal = await HostProcess.RefusedAsync(["broker", "--port", "0", "--tls-port", "0", "--tls-certificate", folder.File("none.pem"), "--tls-key", folder.File("none.key")]);
        Assert.Contains("none.pem", refusal, StringComparison.Ordinal);
    }

    private static async Task<string> HashAsync(string password)
    {
        (int exitCode, string output) = await HostProcess.RunAsync(["broker", "hash"], new Dictionary<string, string> { ["AUTOMATION_PASSWORD"] = password });
        Assert.Equal(0, exitCode);
        return output.Trim();
    }

    private static async Task<int> PublishAsync(int port, string topic, string payload, params string[] more)
    {
        string host = more.Contains("-h") ? "" : "127.0.0.1";
        string[] at = host.Length == 0 ? [] : ["-h", host];
        using Process process = Peer.Start(
            Peer.Find("mosquitto_pub", "mosquitto-clients"), [.. at, "-V", "5", "-p", port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", topic, "-m", payload, .. more]);
        await Until.Done(process.WaitForExitAsync());
        return process.ExitCode;
    }

    private static void WriteCertificate(TempFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(folder.File("broker.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(folder.File("broker.key"), key.ExportPkcs8PrivateKeyPem());
    }

    [GeneratedRegex(@"MQTT over TLS on 127\.0\.0\.1:(\d+)")]
    private static partial Regex TlsLine();

    private sealed class Listener : IAsyncDisposable
    {
        private readonly List<string> _lines = [];
        private readonly Process _process;

        public Listener(int port, string user, string password) => _process = Peer.Start(
            Peer.Find("mosquitto_sub", "mosquitto-clients"),
            ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-u", user, "-P", password, "-q", "1", "-v", "-t", "#"],
            (_, e) =>
            {
                if (e.Data is null) return;
                lock (_lines!) _lines.Add(e.Data);
            });

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines) return [.. _lines];
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited) _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }
}
