using System.Globalization;
using System.Text;
using Automation.Simulator;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Benchmarks.Isapi;

/// <summary><c>isapi-simulator CAMERAS PANELS</c>: the devices of <see cref="StreamsCommand"/> in a process of their own; it ends with its standard input.</summary>
internal static class SimulatorCommand
{
    public const string Password = "Bench-7";

    public static async Task<int> RunAsync(string[] arguments, TimeProvider time)
    {
        if (arguments is not [var cameraText, var panelText] || !int.TryParse(cameraText, NumberStyles.None, CultureInfo.InvariantCulture, out int cameras) || !int.TryParse(panelText, NumberStyles.None, CultureInfo.InvariantCulture, out int panels))
        {
            await Console.Error.WriteLineAsync("usage: isapi-simulator CAMERAS PANELS");
            return 2;
        }

        var list = new List<string>();
        if (cameras > 0) list.Add($$"""{"id":"cam","kind":"camera","count":{{cameras}}}""");
        if (panels > 0) list.Add($$"""{"id":"panel","kind":"panel","zones":1,"count":{{panels}}}""");
        SimulatorFileResult file = SimulatorFile.Parse(Encoding.UTF8.GetBytes($$"""{"devices":[{{string.Join(',', list)}}]}"""));
        if (file.File is null) throw new InvalidOperationException(string.Join('\n', file.Problems));
        await using SimulatorHost host = await SimulatorHost.StartAsync(file.File, new() { Password = Password }, time, new Random(1), NullLoggerFactory.Instance, CancellationToken.None);
        foreach ((string id, Uri url) in host.Devices) await Console.Out.WriteLineAsync($"{id} {url}");
        await Console.Out.WriteLineAsync($"control {host.ControlUrl}");
        await Console.Out.FlushAsync();
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Whoever started this has more to say only by ending.
        }

        return 0;
    }
}
