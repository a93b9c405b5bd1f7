using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Automation.Mqtt.Client;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Client;

/// <summary>TLS with certificates made here: a root, a server, a client.</summary>
[Trait("Req", "HUB-5")]
public sealed class TlsTests : IDisposable
{
    private readonly X509Certificate2 _root = Certificate("root", null);
    private readonly X509Certificate2 _server;
    private readonly X509Certificate2 _client;

    public TlsTests()
    {
        _server = Certificate("server", _root);
        _client = Certificate("client", _root);
    }

    public void Dispose()
    {
        _root.Dispose();
        _server.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Connect_WithRootAndClientCertificate_Works()
    {
        await using Mosquitto mosquitto = await StartAsync();
        await using MqttClient client = await Clients.ConnectAsync(mosquitto.Options() with { Tls = new MqttTls { TrustedRoots = [_root], ClientCertificate = _client } });
        var messages = await client.CollectAsync("t");
        await client.PublishAsync("t", "secret", QoS.ExactlyOnce);
        await messages.Count(1);
    }

    [Fact]
    public async Task Connect_WithAnotherRoot_FailsAsTls()
    {
        await using Mosquitto mosquitto = await StartAsync();
        using X509Certificate2 other = Certificate("other", null);
        MqttClientException failure = await Clients.Fails(Clients.ConnectAsync(mosquitto.Options() with { Tls = new MqttTls { TrustedRoots = [other], ClientCertificate = _client } }));
        Assert.Equal(MqttClientFault.TlsFailed, failure.Fault);
        Assert.True(failure.WillNotMend);
    }

    [Fact]
    public async Task Connect_WithoutClientCertificate_Fails()
    {
        await using Mosquitto mosquitto = await StartAsync();
        MqttClientException failure = await Clients.Fails(Clients.ConnectAsync(mosquitto.Options() with { Tls = new MqttTls { TrustedRoots = [_root] } }));
        Assert.True(failure.Fault is MqttClientFault.TlsFailed or MqttClientFault.Disconnected or MqttClientFault.Unreachable, failure.Fault.ToString());
    }

    private Task<Mosquitto> StartAsync() => Mosquitto.StartAsync(m =>
    {
        File.WriteAllText(m.Path("ca.pem"), _root.ExportCertificatePem());
        File.WriteAllText(m.Path("server.pem"), _server.ExportCertificatePem());
        File.WriteAllText(m.Path("server.key"), _server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return $"listener {m.Port} 127.0.0.1\nallow_anonymous true\ncafile {m.Path("ca.pem")}\ncertfile {m.Path("server.pem")}\nkeyfile {m.Path("server.key")}\nrequire_certificate true";
    });

    private static X509Certificate2 Certificate(string name, X509Certificate2? issuer)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());

        // Wide limits: the machine's clock is not what is tested.
        var from = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var to = new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);
        if (issuer is null) return request.CreateSelfSigned(from, to);
        using X509Certificate2 signed = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
