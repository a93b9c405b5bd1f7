using System.Globalization;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary><c>mqtt-load</c>: the scenarios against a broker that runs already; one JSON line a figure.</summary>
internal static class LoadCommand
{
    /// <returns>0 done; 1 something was lost, doubled or refused; 2 usage.</returns>
    public static int Run(ReadOnlySpan<string> arguments, TimeProvider time)
    {
        if (LoadOptions.Parse(arguments) is not { Port: { } port } options)
        {
            Console.Error.WriteLine(LoadOptions.Usage);
            return 2;
        }

        var target = new LoadTarget(port, options.ProcessId, time);
        bool sound = true;
        foreach (LoadScenario scenario in LoadScenario.Named(options.Scenario))
        {
            var series = new LoadSeries();
            for (int round = 0; round < options.Rounds; round++) series.Add(scenario.Run(target, options.Duration));
            foreach (LoadFigure figure in series.Figures) Console.WriteLine(Line(figure, series, options));
            if (series.Failure is not null) Console.Error.WriteLine($"{scenario.Name}: {series.Failure}");
            sound &= series.IsSound;
        }

        return sound ? 0 : 1;
    }

    private static string Line(LoadFigure figure, LoadSeries series, LoadOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"benchmark\":\"mqtt-load\",\"figure\":\"{figure.Name}\",\"unit\":\"{figure.Unit}\",\"median\":{series.Median(figure.Name):0.#},\"lost\":{series.Lost},\"disordered\":{series.Disordered},\"rounds\":{options.Rounds},\"seconds\":{options.Duration.TotalSeconds:0.##}}}");
}
