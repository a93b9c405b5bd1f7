using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Discovery;

/// <summary>Channels: direct, analog and behind a recorder; their streams and what they can do (003 §8.4, §8.9).</summary>
internal static class ChannelSurvey
{
    /// <summary>A channel has at most four streams: main, sub, third and transcoded (isapi.md 1.1).</summary>
    private const int MaxStreams = 4;

    /// <summary>A camera has at most this many channels of its own; what has more is a recorder.</summary>
    private const int MaxLenses = 4;

    /// <summary>Answers whether any channel is an input of the device itself.</summary>
    public static async Task<bool> RunAsync(Survey survey, CancellationToken cancellationToken)
    {
        var direct = new HashSet<int>();
        await DirectAsync(survey, direct, cancellationToken).ConfigureAwait(false);
        await ProxiedAsync(survey, cancellationToken).ConfigureAwait(false);
        await StreamsAsync(survey, direct, cancellationToken).ConfigureAwait(false);
        foreach (int number in survey.Numbers("channel")) await AbilitiesAsync(survey, number, direct.Contains(number), cancellationToken).ConfigureAwait(false);
        return direct.Count > 0;
    }

    private static async Task DirectAsync(Survey survey, HashSet<int> direct, CancellationToken cancellationToken)
    {
        foreach (DeviceElement channel in Survey.All(await survey.AskAsync("/System/Video/inputs/channels", cancellationToken).ConfigureAwait(false), "VideoInputChannel"))
        {
            // An analog input with nothing in it says so instead of its resolution (isapi.md 1.1).
            if (string.Equals(channel.TextOf("resDesc"), "NO VIDEO", StringComparison.OrdinalIgnoreCase))
            {
                survey.Note($"Channel {channel.TextOf("id")} has no picture and is left out.");
                continue;
            }

            if (survey.Add("channel", channel.IntOf("id"), channel.TextOf("name"))) direct.Add(channel.IntOf("id")!.Value);
        }
    }

    private static async Task ProxiedAsync(Survey survey, CancellationToken cancellationToken)
    {
        foreach (DeviceElement channel in Survey.All(await survey.AskAsync("/ContentMgmt/InputProxy/channels", cancellationToken).ConfigureAwait(false), "InputProxyChannel"))
        {
            // The serial of the camera behind it names nothing: several may say the same one. The recorder's number is the channel.
            survey.Add("channel", channel.IntOf("id"), channel.TextOf("name"));
        }
    }

    private static async Task StreamsAsync(Survey survey, HashSet<int> direct, CancellationToken cancellationToken)
    {
        DeviceElement[] streams = [.. Survey.All(await survey.AskAsync("/Streaming/channels", cancellationToken).ConfigureAwait(false), "StreamingChannel")];
        bool none = survey.Count("channel") == 0;
        foreach (DeviceElement stream in streams)
        {
            if (stream.IntOf("id") is not { } id) continue;
            // 101 is the first stream of channel 1; 2014 devices count 1, 2, … instead.
            int channel = id > 100 ? id / 100 : id;
            if (none && survey.Add("channel", channel, stream.TextOf("channelName"))) direct.Add(channel);
            AddStream(survey, channel, id);
        }

        // Recorders have no list, and lists of cameras leave streams out: which of the four there are, each tells by itself.
        foreach (int channel in survey.Numbers("channel").Take(streams.Length > 0 ? MaxLenses : int.MaxValue))
        {
            for (int i = 1; i <= MaxStreams; i++)
            {
                int id = (channel * 100) + i;
                if (streams.Any(s => s.IntOf("id") == id)) continue;
                DeviceElement? stream = await survey.AskAsync(Invariant($"/Streaming/channels/{id}"), cancellationToken).ConfigureAwait(false);
                if (stream is not null && (stream.IntOf("id") ?? id) == id) AddStream(survey, channel, id);
            }
        }
    }

    private static void AddStream(Survey survey, int channel, int id) =>
        survey.Change("channel", channel, r => r.Streams.Contains(id) || r.Streams.Length >= 16 ? r : r with { Streams = [.. r.Streams.Add(id).Order()] });

    private static async Task AbilitiesAsync(Survey survey, int number, bool direct, CancellationToken cancellationToken)
    {
        bool shows = direct || survey.Resources.Any(r => r.Kind == "channel" && r.Address.Number == number && r.Streams.Length > 0);
        if (!shows)
        {
            survey.Note($"Channel {number} has no stream: its camera has not been reached by the recorder.");
            return;
        }

        survey.AddCapability("channel", number, Capabilities.Capture);
        string video = direct ? Invariant($"/System/Video/inputs/channels/{number}") : Invariant($"/ContentMgmt/InputProxy/channels/{number}/video");
        if (survey.Says("isSupportPrivacyMask") ?? await survey.HasAsync(video + "/privacyMask", cancellationToken).ConfigureAwait(false)) survey.AddCapability("channel", number, Capabilities.PrivacyMask);
        // Firmwares spell it either way.
        if (await survey.HasAsync(Invariant($"/Image/channels/{number}/IrcutFilter"), cancellationToken).ConfigureAwait(false) ||
            await survey.HasAsync(Invariant($"/Image/channels/{number}/ircutFilter"), cancellationToken).ConfigureAwait(false))
        {
            survey.AddCapability("channel", number, Capabilities.IrCut);
        }
    }

    /// <summary>What follows from more than the channel alone: disks to record on, talk, warning sound and light, counting.</summary>
    public static async Task MoreAsync(Survey survey, CancellationToken cancellationToken)
    {
        int[] channels = survey.Numbers("channel");
        if (survey.Count("hdd") > 0)
        {
            foreach (Resource channel in survey.Resources.Where(r => r.Capabilities.Contains(Capabilities.Capture))) survey.AddCapability("channel", channel.Address.Number, Capabilities.ManualRecord);
        }

        bool recorder = DeviceIdentity.IsRecorder(survey.DeviceType);
        if (channels.Length == 0 || recorder) return;
        if (survey.NumberSaid("voicetalkNums") > 0) survey.AddCapability("channel", channels[0], Capabilities.TwoWayAudio);
        if (await survey.HasAsync("/Event/triggers/notifications/AudioAlarm?format=json", cancellationToken).ConfigureAwait(false)) survey.AddCapability("channel", channels[0], Capabilities.AudioAlarm);
        if (await survey.HasAsync("/Event/triggers/notifications/whiteLightAlarm?format=json", cancellationToken).ConfigureAwait(false)) survey.AddCapability("channel", channels[0], Capabilities.LightAlarm);
    }

    /// <summary>Channels that count people (004 §8); answers whether there are any.</summary>
    public static async Task<bool> CountingAsync(Survey survey, CancellationToken cancellationToken)
    {
        if (survey.Says("isSupportCounting") == false) return false;
        bool any = false;
        // A camera counts on its own lenses; a recorder's channels are asked through the camera itself.
        foreach (int number in survey.Numbers("channel").Take(MaxLenses))
        {
            if (!await survey.HasAsync(Invariant($"/System/Video/inputs/channels/{number}/counting/capabilities"), cancellationToken).ConfigureAwait(false)) continue;
            survey.AddCapability("channel", number, Capabilities.PeopleCounting);
            any = true;
        }

        return any;
    }

    /// <summary>Channels that measure temperatures; answers whether there are any.</summary>
    public static async Task<bool> ThermalAsync(Survey survey, CancellationToken cancellationToken)
    {
        if (survey.Says("isSupportThermal") != true && survey.Capabilities?.Find("ThermalCap") is null) return false;
        bool any = false;
        foreach (int number in survey.Numbers("channel"))
        {
            if (!await survey.HasAsync(Invariant($"/Thermal/channels/{number}/thermometry/1/rulesTemperatureInfo?format=json"), cancellationToken).ConfigureAwait(false)) continue;
            survey.AddCapability("channel", number, Capabilities.Thermal);
            any = true;
        }

        // Recorders have the word for the cameras behind them; it says nothing of the recorder's channels.
        if (!any && DeviceIdentity.IsRecorder(survey.DeviceType)) return false;
        // Where the polled form is missing, live values come on channel 2 (isapi.md 1.3).
        if (!any) survey.AddCapability("channel", survey.Has("channel", 2) ? 2 : 1, Capabilities.Thermal);
        return true;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
