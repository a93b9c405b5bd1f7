using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>An IP speaker: it plays one sound at a time, talks back over a two-way audio session, and keeps its volume. isapi.md 1.1.</summary>
internal sealed class SpeakerModel : DeviceModel
{
    private const int Sounds = 10;
    private static readonly TimeSpan SoundLength = TimeSpan.FromSeconds(3);

    private int? _playing;
    private int _session;
    private bool _open;

    public SpeakerModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "boundary")
    {
        Routes.Get("System/capabilities", (_, _) => Reply.Xml($"<DeviceCap version=\"2.0\" xmlns=\"{Namespace}\">\n<SysCap>\n<AudioCap>\n<audioInputNums>0</audioInputNums>\n<audioOutputNums>1</audioOutputNums>\n</AudioCap>\n</SysCap>\n</DeviceCap>\n"));
        Routes.Put("Event/triggers/notifications/AudioAlarm/*/test", Play);
        Routes.Get("System/TwoWayAudio/channels", (_, _) => Reply.Xml($"<TwoWayAudioChannelList version=\"2.0\" xmlns=\"{Namespace}\">\n<TwoWayAudioChannel>\n<id>1</id>\n<enabled>true</enabled>\n<audioCompressionType>G.711ulaw</audioCompressionType>\n</TwoWayAudioChannel>\n</TwoWayAudioChannelList>\n"));
        Routes.Put("System/TwoWayAudio/channels/1/open", Open);
        Routes.Put("System/TwoWayAudio/channels/1/audioData", (r, _) => _open && r.Query["sessionId"] == _session.ToString(CultureInfo.InvariantCulture) ? Reply.Ok(r) : Reply.Of(r, 403, 4, "theSessionIdDoesNotExist", 0x40001135));
        Routes.Put("System/TwoWayAudio/channels/1/close", Close);
        Documents.AddJson("Event/triggers/notifications/AudioAlarm", """{"AudioAlarm":{"audioID":1,"audioVolume":50,"alarmTimes":1}}""");
    }

    public override IReadOnlyList<string> EventNames => [];

    protected override string Model => "SIM-SPEAKER";

    protected override string DeviceType => "IPSpeaker";

    protected override bool SpeaksJson => true;

    protected override void Emit(string name, Order order) => throw new OrderException($"Device {Device.Id} has no event \"{name}\".");

    protected override JsonObject ReadState() => new() { ["playing"] = _playing, ["talking"] = _open };

    protected override void WriteState(JsonObject state) => throw new OrderException($"Device {Device.Id} has no state that can be set.");

    /// <summary>isapi.md 1.1: a second sound while one plays is refused, and there is no way to stop it.</summary>
    private Reply Play(DeviceRequest request, string[] arguments)
    {
        if (!int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out int sound) || sound is < 1 or > Sounds) return Reply.BadParameters(request);
        if (_playing is not null) return Reply.Of(request, 403, 4, "audioIsPlayingPleaseWait", 0x40008010);
        _playing = sound;
        Clock.After(SoundLength, () => _playing = null);
        return Reply.Ok(request);
    }

    private Reply Open(DeviceRequest request, string[] arguments)
    {
        if (_open) return Reply.Of(request, 403, 2, "deviceBusy", 0x20000002);
        _open = true;
        _session++;
        return Reply.Xml($"<TwoWayAudioSession version=\"2.0\" xmlns=\"{Namespace}\">\n<sessionId>{_session}</sessionId>\n</TwoWayAudioSession>\n") with { Done = true };
    }

    private Reply Close(DeviceRequest request, string[] arguments)
    {
        _open = false;
        return Reply.Ok(request);
    }
}
