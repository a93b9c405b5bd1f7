using System.Net;
using System.Net.Sockets;
using System.Text;
using Automation.Host.Storage.Sqlite;
using Automation.Mqtt;
using Automation.Mqtt.Broker;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Storage;

/// <summary>The broker with its file, stopped and started.</summary>
public sealed class SqliteMqttRestartTests
{
    [Fact]
    public async Task Restart_KeepsSessionQueueInFlightAndRetained()
    {
        using var folder = new TempFolder();
        await WithBroker(folder, async broker =>
        {
            using Client311 client = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020000", await client.ExchangeAsync("101000044D5154540400000000046B656570", 4)); // CONNECT "keep", not clean
            Assert.Equal("9003000101", await client.ExchangeAsync("82080001000361 2F2301", 5)); // SUBSCRIBE a/# QoS 1
            await broker.PublishAsync(new MqttMessage { Topic = "a/1", Payload = "one"u8.ToArray(), QoS = QoS.AtLeastOnce }, CancellationToken.None);
            Assert.Equal("320A0003612F310001" + Hex("one"), await client.ReadAsync(12)); // in flight, not acknowledged
        });
        await WithBroker(folder, async broker =>
        {
            await broker.PublishAsync(new MqttMessage { Topic = "a/2", Payload = "two"u8.ToArray(), QoS = QoS.ExactlyOnce }, CancellationToken.None);
            await broker.PublishAsync(new MqttMessage { Topic = "kept", Payload = "kept"u8.ToArray(), QoS = QoS.AtLeastOnce, Retain = true }, CancellationToken.None);
        });
        await WithBroker(folder, async broker =>
        {
            Assert.Equal((1, 1, 1), (broker.Statistics.Sessions, broker.Statistics.Subscriptions, broker.Statistics.Retained));
            using Client311 client = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020100", await client.ExchangeAsync("101000044D5154540400000000046B656570", 4)); // session present
            Assert.Equal("3A0A0003612F310001" + Hex("one"), await client.ReadAsync(12)); // the same identifier, DUP
            Assert.Equal("320A0003612F320002" + Hex("two"), await client.ReadAsync(12));
            Assert.Equal("D000", await client.ExchangeAsync("40020001 40020002 C000", 2));
        });
        await WithBroker(folder, async broker =>
        {
            using Client311 client = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020100", await client.ExchangeAsync("101000044D5154540400000000046B656570", 4));
            Assert.Equal("D000", await client.ExchangeAsync("C000", 2)); // nothing is sent again
            Assert.Equal("9003000200", await client.ExchangeAsync("8209000200046B65707400", 5));
            Assert.Equal("310A00046B657074" + Hex("kept"), await client.ReadAsync(12));
        });
    }

    /// <summary>MQTT 5.0 §4.3.3: exactly once, with a restart after PUBREC and another after PUBREL.</summary>
    [Fact]
    public async Task Restart_BetweenPubRecAndPubRel_HandsTheMessageOnOnce()
    {
        using var folder = new TempFolder();
        await WithBroker(folder, async broker =>
        {
            using Client311 subscriber = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020000", await subscriber.ExchangeAsync("101000044D5154540400000000046B656570", 4)); // CONNECT "keep", not clean
            Assert.Equal("9003000102", await subscriber.ExchangeAsync("82080001000361 2F2302", 5)); // SUBSCRIBE a/# QoS 2
            using Client311 publisher = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020000", await publisher.ExchangeAsync("101000044D51545404000000000473656E64", 4)); // CONNECT "send", not clean
            Assert.Equal("50020009", await publisher.ExchangeAsync("340A0003612F310009" + Hex("one"), 4)); // PUBLISH a/1 QoS 2, PUBREC
            Assert.Equal("D000", await subscriber.ExchangeAsync("C000", 2)); // it has not gone on
        });
        await WithBroker(folder, async broker =>
        {
            using Client311 publisher = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020100", await publisher.ExchangeAsync("101000044D51545404000000000473656E64", 4));
            Assert.Equal("50020009", await publisher.ExchangeAsync("3C0A0003612F310009" + Hex("one"), 4)); // once more, as if PUBREC had been lost
            Assert.Equal("70020009", await publisher.ExchangeAsync("62020009", 4)); // PUBREL, PUBCOMP
        });
        await WithBroker(folder, async broker =>
        {
            using Client311 publisher = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020100", await publisher.ExchangeAsync("101000044D51545404000000000473656E64", 4));
            Assert.Equal("70020009", await publisher.ExchangeAsync("62020009", 4)); // once more, as if PUBCOMP had been lost
            using Client311 subscriber = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020100", await subscriber.ExchangeAsync("101000044D5154540400000000046B656570", 4));
            Assert.Equal("340A0003612F310001" + Hex("one"), await subscriber.ReadAsync(12));
            Assert.Equal("62020001D000", await subscriber.ExchangeAsync("50020001C000", 6)); // PUBREL, and no second copy before PINGRESP
        });
    }

    /// <summary>MQTT-3.1.2-8: a client without a session, whose connection ended because the process was killed.</summary>
    [Fact]
    public async Task Kill_WithAClientConnected_PublishesItsWillAtTheNextStart()
    {
        using var folder = new TempFolder();
        using var afterwards = new TempFolder();
        await WithBroker(folder, async broker =>
        {
            using Client311 client = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020000", await client.ExchangeAsync("101B 00044D51545404 26 0000 00037069 72 0006612F6C6F7374 0002 6279", 4)); // CONNECT "pir", clean, retained will a/lost "by"
            await broker.PublishAsync(new MqttMessage { Topic = "other", Payload = "x"u8.ToArray(), QoS = QoS.AtLeastOnce, Retain = true }, CancellationToken.None); // And so what came before is on the disk.
            foreach (string file in Directory.GetFiles(folder.Path)) File.Copy(file, afterwards.File(Path.GetFileName(file))); // What a kill leaves.
        });
        await WithBroker(afterwards, async broker =>
        {
            using Client311 watcher = await Client311.OpenAsync(broker.Endpoints[0]);
            Assert.Equal("20020000", await watcher.ExchangeAsync("100D00044D515454040200000001 77", 4));
            Assert.Equal("9003000100", await watcher.ExchangeAsync("820B00010006612F6C6F737400", 5)); // SUBSCRIBE a/lost
            Assert.Equal("310A0006612F6C6F7374" + Hex("by"), await watcher.ReadAsync(12));
        });
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    private static async Task WithBroker(TempFolder folder, Func<MqttBroker, Task> use)
    {
        await using SqliteMqttStore store = SqliteMqttStore.Open(folder.File("mqtt.db"), TimeProvider.System, NullLogger.Instance);
        var options = new MqttBrokerOptions { Listeners = [new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0) }], SysInterval = TimeSpan.Zero };
        await using var broker = new MqttBroker(
            options, store, MqttAuthenticator.AllowAll, MqttAuthorizer.AllowAll, TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        await broker.StartAsync(CancellationToken.None);
        await Until.Done(use(broker));
    }

    /// <summary>Bytes in, bytes out.</summary>
    private sealed class Client311(Socket socket) : IDisposable
    {
        public static async Task<Client311> OpenAsync(IPEndPoint endpoint)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(endpoint);
            return new Client311(socket);
        }

        public async Task<string> ExchangeAsync(string hex, int answerBytes)
        {
            await socket.SendAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
            return await ReadAsync(answerBytes);
        }

        public async Task<string> ReadAsync(int count)
        {
            byte[] bytes = new byte[count];
            for (int at = 0; at < count;)
            {
                int read = await Until.Done(socket.ReceiveAsync(bytes.AsMemory(at)).AsTask());
                Assert.True(read > 0, "the broker closed after " + Convert.ToHexString(bytes, 0, at));
                at += read;
            }

            return Convert.ToHexString(bytes);
        }

        public void Dispose() => socket.Dispose();
    }
}
