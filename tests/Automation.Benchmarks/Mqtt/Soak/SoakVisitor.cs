using System.Globalization;
using System.Text;
using Automation.Benchmarks.Mqtt.Load;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>A client that comes without a session, does a little of something else, and is gone: what leaks in a broker, leaks here.</summary>
internal sealed class SoakVisitor : LoadClient
{
    private const int RetainedTopics = 200;
    private readonly string _run;
    private readonly Random _random;

    /// <summary>The id comes from a few, so that visitors also take each other over.</summary>
    public SoakVisitor(int port, string run, Random random)
        : base(port, $"{run}-v{random.Next(40)}", (byte)random.Next(4, 6))
    {
        ReceiveBufferBytes = SoakClient.ReceiveBuffer;
        _run = run;
        _random = random;
    }

    /// <summary>When it is killed, as a timestamp.</summary>
    public required long GoneAt { get; init; }

    protected override void OnUp()
    {
        switch (_random.Next(3))
        {
            case 0:
                // Under another first level: subscribers of the soak see their own lines only.
                byte[] topic = Encoding.UTF8.GetBytes($"soak-retained/{_run}/{_random.Next(RetainedTopics).ToString(CultureInfo.InvariantCulture)}");
                Publish(topic, 1, retain: true, again: false, NextPacketId(), new byte[_random.Next(512)]);
                break;
            case 1:
                Subscribe(Encoding.UTF8.GetBytes($"soak/{_run}/+/q{_random.Next(3)}"), _random.Next(3));
                Subscribe(Encoding.UTF8.GetBytes($"soak-retained/{_run}/#"), _random.Next(3));
                Stalled = _random.Next(3) == 0;
                break;
            default:
                // Half a PUBLISH, and no more.
                Put([0x32, 60, 0, 10, (byte)'s', (byte)'o']);
                break;
        }
    }
}
