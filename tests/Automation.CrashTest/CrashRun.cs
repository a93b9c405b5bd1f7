using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Automation.Host.Storage;

namespace Automation.CrashTest;

/// <param name="Lost">Holds, timers, counts, toggles, told inputs or accepted requests that were not there any more, and harmless actions that were never done.</param>
/// <param name="Doubled">Actions that must not be done twice and were.</param>
/// <param name="HashMismatches">Restored states that were not those of a straight run.</param>
internal sealed record CrashResult(int Kills, int Lost, int Doubled, int HashMismatches, int Seed, int Inputs, int Requests, int Interrupted, double Seconds);

/// <summary>Starts the program on a seeded story and kills it, again and again; then lets it finish and counts.</summary>
/// <param name="say">Told what goes wrong, and with <see cref="CrashOptions.Verbose"/> of every kill; on any thread.</param>
internal sealed partial class CrashRun(CrashOptions options, string folder, Action<string> say)
{
    private readonly Random _random = new(options.Seed);
    private readonly Witness _witness = new();
    private TimeSpan _start = TimeSpan.FromSeconds(2);

    public async Task<CrashResult> RunAsync()
    {
        var watch = Stopwatch.StartNew();
        await using World world = await World.StartAsync(folder, RandomNumberGenerator.GetHexString(24));
        world.WriteSite(folder);
        string data = Path.Combine(folder, "data");
        var auditor = new Auditor(data, folder, _witness, say);
        var story = new Story(world, _witness, _random);

        // The first life is left alone until counting has begun: people are counted from the first report on.
        await LiveAsync(world, async _ =>
        {
            await Until(world.IsHeardAsync, "the devices are heard");
            await Until(
                async () =>
                {
                    // The first report is where counting begins; the one after it is counted.
                    await world.EmitAsync(new { device = "entrance", @event = "peopleCounting", enter = 1 });
                    return _witness.Inside > 0;
                },
                "counting began");
            await Until(() => Task.FromResult(DateTime.UtcNow - _witness.LastHeard > TimeSpan.FromSeconds(2)), "it is quiet");
        });
        await auditor.AuditAsync();
        long before = auditor.Inside;
        for (int kill = 1; kill <= options.Kills; kill++)
        {
            // One in four is killed while it starts, one soon after it runs, two after they have heard their devices.
            TimeSpan? starting = _random.Next(4) == 0 ? _start * _random.NextDouble() : null;
            bool heard = _random.Next(3) != 0;
            TimeSpan running = TimeSpan.FromMilliseconds(_random.Next(0, 900));
            var life = Stopwatch.StartNew();
            await LiveAsync(world, async program =>
            {
                using var end = new CancellationTokenSource();
                Task telling = story.TellAsync(end.Token);
                if (starting is null) await Task.WhenAny(program.Running);
                if (starting is null && heard) await Until(async () => program.HasExited || await world.IsHeardAsync(), "the devices are heard");
                await Task.Delay(starting ?? running);
                if (program.HasExited) auditor.Miss("the program ended by itself:\n" + program.Output);
                await end.CancelAsync();
                await telling;
            });
            TimeSpan at = life.Elapsed;
            await world.CollectAsync();
            await auditor.AuditAsync();
            if (options.Verbose) say(string.Create(CultureInfo.InvariantCulture, $"kill {kill} after {at.TotalMilliseconds:0} ms: {auditor.Inputs} inputs, {auditor.Requests.Count} requests, lost {auditor.Lost}, mismatches {auditor.HashMismatches}"));
        }

        await FinishAsync(world, story, auditor);
        if (auditor.Inside != before + story.Entered) auditor.Miss($"{before + story.Entered} people are inside and {auditor.Inside} were counted");
        int doubled = Compare(world, auditor);
        return new CrashResult(
            options.Kills, auditor.Lost, doubled, auditor.HashMismatches, options.Seed, auditor.Inputs, auditor.Requests.Count,
            auditor.Requests.Values.Count(r => r.Reason == "Interrupted"), Math.Round(watch.Elapsed.TotalSeconds, 1));
    }

    /// <summary>One life: starts, lets things happen beside it, and kills it when they end.</summary>
    private async Task LiveAsync(World world, Func<ProgramProcess, Task> happening)
    {
        var watch = Stopwatch.StartNew();
        await using ProgramProcess program = Start(world);
        using var stop = new CancellationTokenSource();
        Task connecting = ConnectAsync(program, watch, stop.Token);
        await happening(program);
        await program.KillAsync();
        await stop.CancelAsync();
        await connecting;
        await _witness.DisconnectAsync();
    }

    private async Task FinishAsync(World world, Story story, Auditor auditor)
    {
        await using ProgramProcess program = Start(world);
        using var stop = new CancellationTokenSource();
        Task connecting = ConnectAsync(program, Stopwatch.StartNew(), stop.Token);
        await Until(world.IsHeardAsync, "the devices are heard");
        await story.EnterAsync(1);

        // Holds, delays and retries end within seconds; then nothing is told any more.
        await Until(async () =>
        {
            if (DateTime.UtcNow - _witness.LastHeard < TimeSpan.FromSeconds(4)) return false;
            await auditor.AuditAsync();
            return auditor.Requests.Values.All(r => r.State is not (OutboxState.Pending or OutboxState.Sent));
        }, "every request ends");
        int code = await program.StopAsync();
        if (code != 0) auditor.Miss($"the program ended with {code}:\n{program.Output}");
        await stop.CancelAsync();
        await connecting;
        await _witness.DisconnectAsync();
        await world.CollectAsync();
        await auditor.AuditAsync();
    }

    private ProgramProcess Start(World world) =>
        ProgramProcess.Start(["run", "--config", Path.Combine(folder, "automation.json"), "--mqtt-port", "0"], World.PasswordVariable, world.Password);

    private async Task ConnectAsync(ProgramProcess program, Stopwatch watch, CancellationToken cancellationToken)
    {
        try
        {
            await program.Running.WaitAsync(cancellationToken);
            _start = watch.Elapsed;
            await _witness.ConnectAsync(int.Parse(program.Find(MqttLine())!, CultureInfo.InvariantCulture), cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or IOException or Automation.Mqtt.Client.MqttClientException or TimeoutException)
        {
            // Killed before it was heard.
        }
    }

    /// <summary>What the devices were asked against what was accepted.</summary>
    private static int Compare(World world, Auditor auditor)
    {
        int doubled = 0;
        foreach (IGrouping<string, Accepted> kind in auditor.Requests.Values.GroupBy(KeyOf, StringComparer.Ordinal))
        {
            int done = kind.Count(r => r.State == OutboxState.Done);
            int unknown = kind.Count(r => r.State == OutboxState.Failed);
            int seen = kind.Key.StartsWith("azimuth", StringComparison.Ordinal) ? world.Done.GetValueOrDefault(kind.Key) : world.Done.Where(d => d.Key.StartsWith(kind.Key, StringComparison.Ordinal)).Sum(d => d.Value);
            bool once = kind.First().Action is "movePtz" or "openDoor";
            if (seen < done) auditor.Miss($"{done} × {kind.Key} were done, the device saw {seen}");
            if (once) doubled += Math.Max(0, seen - done - unknown);
            else
            {
                foreach (Accepted undone in kind.Where(r => r.State != OutboxState.Done && !(r.State == OutboxState.Expired && r.Rule == "command"))) auditor.Miss($"{undone.Action} on {undone.Target} ended as {undone.State} {undone.Reason}");
            }
        }

        return doubled;
    }

    private static string KeyOf(Accepted request) => request.Action switch
    {
        "movePtz" => "azimuth " + ((int)Math.Round(10 * double.Parse(Pan().Match(request.Parameters).Groups[1].ValueSpan, CultureInfo.InvariantCulture))).ToString(CultureInfo.InvariantCulture),
        "openDoor" => "gate ",
        "callPreset" => $"nvr /ISAPI/PTZCtrl/channels/2/presets/{Preset().Match(request.Parameters).Groups[1].Value}/",
        "triggerAlarmOutput" => "nvr /ISAPI/System/IO/outputs/",
        _ => "panel /ISAPI/SecurityCP/control/",
    };

    private static async Task Until(Func<Task<bool>> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(5)) throw new TimeoutException("five minutes, and not: " + what);
            await Task.Delay(50);
        }
    }

    [GeneratedRegex(@"MQTT on 127\.0\.0\.1:(\d+)")]
    private static partial Regex MqttLine();

    [GeneratedRegex("\"pan\":([0-9.]+)")]
    private static partial Regex Pan();

    [GeneratedRegex("\"preset\":([0-9]+)")]
    private static partial Regex Preset();
}
