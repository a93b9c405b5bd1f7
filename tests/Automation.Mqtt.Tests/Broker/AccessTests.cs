using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

public sealed class AccessTests
{
    private const int Cheap = 1_000;

    [Fact]
    public void Password_HashedAndSalted_MatchesOnlyItself()
    {
        string hash = PasswordHash.Create("secret"u8, Cheap);
        Assert.StartsWith("pbkdf2-sha256$1000$", hash, StringComparison.Ordinal);
        Assert.NotEqual(hash, PasswordHash.Create("secret"u8, Cheap));
        Assert.True(PasswordHash.Matches(hash, "secret"u8));
        Assert.False(PasswordHash.Matches(hash, "Secret"u8));
        Assert.False(PasswordHash.Matches(hash, default));
        foreach (string broken in (string[])["", "plain", "pbkdf2-sha256$1$AAAA$AAAA", "pbkdf2-sha256$1000$!$!", "md5$1000$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA"])
        {
            Assert.False(PasswordHash.IsValid(broken));
            Assert.False(PasswordHash.Matches(broken, "secret"u8));
        }
    }

    [Theory, Trait("Spec", "MQTT-3.1.4-2"), Trait("Spec", "MQTT-3.1.4-5")]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Users_ComeInWithTheirPassword_AndNobodyElse(byte level)
    {
        var time = new ManualTime();
        var users = new MqttUsers([new MqttUser { Name = "alice", PasswordHash = PasswordHash.Create("secret"u8, Cheap) }, new MqttUser { Name = "locked" }]);
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(authenticator: users, time: time);
        using WireClient good = await broker.ConnectAsync("good", (ProtocolVersion)level, user: "alice", password: "secret");
        await good.ReceiveNothingAsync();
        Assert.Equal(ReasonCode.BadUserNameOrPassword, await LogInAsync("alice", "wrong"));
        Assert.Equal(ReasonCode.BadUserNameOrPassword, await LogInAsync("nobody", "secret"));

        Assert.Equal(ReasonCode.NotAuthorized, await LogInAsync(null, null));

        // From now on the answer is held back.
        await Until.True(() => broker.Broker.Statistics.Connections == 1);
        int timers = time.WaitingTimers;
        Task<ReasonCode> slowed = LogInAsync("locked", "");
        await Until.True(() => time.WaitingTimers > timers);
        Assert.Equal(3, broker.Broker.Statistics.FailedLogins);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReasonCode.BadUserNameOrPassword, await slowed);
        Assert.Equal(4, broker.Broker.Statistics.FailedLogins);
        Assert.Single(broker.Warnings, w => w.Contains("Logins from", StringComparison.Ordinal));

        async Task<ReasonCode> LogInAsync(string? user, string? password)
        {
            using WireClient client = await broker.OpenAsync((ProtocolVersion)level);
            ConnAckPacket answer = await client.ConnectAsync(new ConnectPacket
            {
                Version = (ProtocolVersion)level, ClientId = "x", UserName = user, Password = password is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(password),
            });
            Assert.Null(await client.ReceiveAsync());
            return answer.Reason;
        }
    }

    [Fact]
    public async Task Anonymous_OnlyOnLoopback_AndOnlyWhenSwitchedOn()
    {
        var closed = new MqttUsers([]);
        var open = new MqttUsers([], anonymousOnLoopback: true);
        var here = new MqttCredentials { ClientId = "c", RemoteAddress = IPAddress.Loopback };
        var there = new MqttCredentials { ClientId = "c", RemoteAddress = IPAddress.Parse("192.0.2.1") };
        Assert.Equal(ReasonCode.NotAuthorized, (await closed.AuthenticateAsync(here, CancellationToken.None)).Reason);
        Assert.Equal(ReasonCode.Success, (await open.AuthenticateAsync(here, CancellationToken.None)).Reason);
        Assert.Equal(ReasonCode.NotAuthorized, (await open.AuthenticateAsync(there, CancellationToken.None)).Reason);
    }

    [Fact]
    public void Users_ThatMakeNoSense_AreNamed()
    {
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => new MqttUsers([new MqttUser { Name = "a" }, new MqttUser { Name = "a" }])).Message, StringComparison.Ordinal);
        Assert.Contains("'b'", Assert.Throws<ArgumentException>(() => new MqttUsers([new MqttUser { Name = "b", PasswordHash = "plain" }])).Message, StringComparison.Ordinal);
        Assert.Contains("'c'", Assert.Throws<ArgumentException>(() => new MqttUsers([new MqttUser { Name = "c", CertificateThumbprint = "12" }])).Message, StringComparison.Ordinal);
        Assert.Contains("rule 2", Assert.Throws<ArgumentException>(() => new MqttAccessRules([new MqttAccessRule { Filter = "#" }, new MqttAccessRule { Filter = "a#" }])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("viewer", "automation/store/panel/area/1/set", false)]
    [InlineData("viewer", "automation/store/panel/set", false)]
    [InlineData("viewer", "automation/rules/r/enabled/set", false)]
    [InlineData("viewer", "automation/request/reload", false)]
    [InlineData("viewer", "sensors/door", true)]
    [InlineData("operator", "automation/store/panel/area/1/set", true)]
    [InlineData("operator", "automation/request/reload", true)]
    [InlineData("admin", "automation/store/panel/area/1/set", true)]
    public void DefaultRules_CommandsNeedARole(string role, string topic, bool expected)
    {
        var rules = new MqttAccessRules(MqttAccessRules.Default());
        var client = new MqttClientIdentity { ClientId = "c", Roles = [role] };
        Assert.Equal(expected, rules.MayPublish(client, Encoding.UTF8.GetBytes(topic)));
        Assert.True(rules.MaySubscribe(client, "automation/#"u8));
        Assert.Equal(role == "admin", rules.MaySubscribe(client, "$SYS/#"u8));
    }

    [Fact]
    public void PersonalTopics_AreOnesOwn_AndANameWithAWildcardOpensNothing()
    {
        var rules = new MqttAccessRules([new MqttAccessRule { Filter = "home/%u/%c/#" }]);
        Assert.True(rules.MayPublish(new MqttClientIdentity { ClientId = "c", UserName = "u" }, "home/u/c/x"u8));
        Assert.False(rules.MayPublish(new MqttClientIdentity { ClientId = "c", UserName = "u" }, "home/u/d/x"u8));
        Assert.False(rules.MaySubscribe(new MqttClientIdentity { ClientId = "+", UserName = "u" }, "home/u/+/x"u8));
        Assert.False(rules.MaySubscribe(new MqttClientIdentity { ClientId = "c", UserName = "" }, "home//c/x"u8));
        Assert.False(rules.MayPublish(new MqttClientIdentity { ClientId = "a/b", UserName = "u" }, "home/u/a/b/x"u8));
    }

    [Fact, Trait("Spec", "MQTT311-3.3.5-2")]
    public async Task Denied_IsSaidInTheAnswer_AndNotDelivered()
    {
        var rules = new MqttAccessRules([new MqttAccessRule { Filter = "open/#" }, new MqttAccessRule { Filter = "read/#", Access = MqttAccess.Subscribe }]);
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(authorizer: rules);
        using WireClient client = await broker.ConnectAsync();
        Assert.Equal([ReasonCode.NotAuthorized], (await client.SubscribeAsync("#")).Reasons);
        Assert.Equal([ReasonCode.NotAuthorized], (await client.SubscribeAsync("$share/g/secret")).Reasons);
        Assert.Equal([ReasonCode.GrantedQoS1], (await client.SubscribeAsync("read/+", QoS.AtLeastOnce)).Reasons);
        await client.PublishAsync("read/a", "m", QoS.AtLeastOnce);
        Assert.Equal(ReasonCode.NotAuthorized, (await client.ReceiveAsync<PubAckPacket>()).Reason);
        await client.PublishAsync("read/a", "m", QoS.ExactlyOnce, packetId: 2);
        Assert.Equal(ReasonCode.NotAuthorized, (await client.ReceiveAsync<PubRecPacket>()).Reason);
        await client.PublishAsync("open/a", "m", QoS.AtLeastOnce, packetId: 3);
        Assert.Equal(ReasonCode.NoMatchingSubscribers, (await client.ReceiveAsync<PubAckPacket>()).Reason);
        using WireClient old = await broker.ConnectAsync("old", ProtocolVersion.V311);
        Assert.True((await old.SubscribeAsync("#")).Reasons.Single().IsFailure());
        await old.PublishAsync("read/a", "m", QoS.AtLeastOnce);
        await old.ReceiveAsync<PubAckPacket>(); // It cannot be told.
        await client.ReceiveNothingAsync();
        Assert.Equal(6, broker.Broker.Statistics.Unauthorized);
    }

    [Fact]
    public async Task RuleChange_CountsForSubscriptionsThatStand_AndForWhatIsQueued()
    {
        var rules = new MqttAccessRules([new MqttAccessRule { Filter = "#" }]);
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(authorizer: rules);
        using WireClient live = await broker.ConnectAsync("live");
        await live.SubscribeAsync("#");
        using (WireClient away = await broker.ConnectAsync("away", expiry: 1000)) await away.SubscribeAsync("#", QoS.AtLeastOnce);
        await Until.True(() => broker.Broker.Statistics.Connections == 1);
        await broker.Broker.PublishAsync(new MqttMessage { Topic = "secret/a", QoS = QoS.AtLeastOnce }, CancellationToken.None);
        await live.ReceivePublishAsync("secret/a", "");
        rules.Replace([new MqttAccessRule { Filter = "secret/#", Allow = false }, new MqttAccessRule { Filter = "#" }]);
        await broker.Broker.PublishAsync(new MqttMessage { Topic = "secret/b" }, CancellationToken.None);
        await broker.Broker.PublishAsync(new MqttMessage { Topic = "open/c", QoS = QoS.AtLeastOnce }, CancellationToken.None);
        await live.ReceivePublishAsync("open/c", "");
        using WireClient back = await broker.ConnectAsync("away", clean: false);
        await back.ReceivePublishAsync("open/c", "");
    }

    [Fact]
    public async Task Tls_ClientCertificate_StandsForItsUser()
    {
        using X509Certificate2 server = Certificate("localhost");
        using X509Certificate2 mine = Certificate("alice");
        var users = new MqttUsers([new MqttUser { Name = "alice", CertificateThumbprint = mine.GetCertHashString(HashAlgorithmName.SHA256), Roles = ["operator"] }]);
        var listener = new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0), Certificate = server, ClientCertificates = true };
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(authenticator: users, listener: listener);
        foreach ((X509Certificate2? certificate, ReasonCode expected) in new[] { ((X509Certificate2?)mine, ReasonCode.Success), (null, ReasonCode.NotAuthorized), (server, ReasonCode.NotAuthorized) })
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(broker.Endpoint);
            await using var tls = new SslStream(new NetworkStream(socket), false, (_, presented, _, _) => presented!.GetCertHashString() == server.GetCertHashString());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ClientCertificates = certificate is null ? [] : [certificate] });
            using var client = new WireClient(tls, ProtocolVersion.V5);
            Assert.Equal(expected, (await client.ConnectAsync(new ConnectPacket { ClientId = "c" })).Reason);
            if (expected != ReasonCode.Success) continue;
            await client.SubscribeAsync("t");
            await client.PublishAsync("t", new string('x', 100_000));
            await client.ReceivePublishAsync("t", new string('x', 100_000));
            await client.SendRawAsync(new byte[] { 0xF0, 0x00 }); // AUTH that nobody asked for
            await client.ReceiveCloseAsync(ReasonCode.ProtocolError);
        }
    }

    [Fact, Trait("Spec", "MQTT-6.0.0-4")]
    public async Task WebSocket_NeedsTheSubprotocol_AndSaysItsFarewell()
    {
        var listener = new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0), Transport = MqttTransport.WebSocket };
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(listener: listener);
        using (var wrong = new ClientWebSocket())
            await Assert.ThrowsAsync<WebSocketException>(() => wrong.ConnectAsync(new Uri($"ws://{broker.Endpoint}/mqtt"), CancellationToken.None));
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        await socket.ConnectAsync(new Uri($"ws://{broker.Endpoint}/mqtt"), CancellationToken.None);
        Assert.Equal("mqtt", socket.SubProtocol);
        using var client = new WireClient(new SocketStream(socket), ProtocolVersion.V5);
        Assert.Equal(ReasonCode.Success, (await client.ConnectAsync(new ConnectPacket { ClientId = "c" })).Reason);
        await client.SubscribeAsync("t", QoS.AtLeastOnce);
        await client.PublishAsync("t", new string('x', 50_000));
        await client.ReceivePublishAsync("t", new string('x', 50_000));
        Task stopped = broker.Broker.StopAsync(CancellationToken.None);
        await client.ReceiveCloseAsync(ReasonCode.ServerShuttingDown);
        await Until.Done(socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None));
        await Until.Done(stopped);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A WebSocket as a stream of bytes.</summary>
    private sealed class SocketStream(WebSocket socket) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            (await socket.ReceiveAsync(buffer, cancellationToken)).Count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            socket.SendAsync(buffer, WebSocketMessageType.Binary, true, cancellationToken);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
