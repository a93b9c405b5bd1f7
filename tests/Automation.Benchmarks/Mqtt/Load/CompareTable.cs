using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>Both brokers' figures side by side.</summary>
internal sealed class CompareTable
{
    private static readonly string[] Brokers = ["mosquitto", "automation"];
    private readonly List<(string Scenario, LoadSeries[] Series)> _rows = [];

    public bool IsSound => _rows.TrueForAll(r => Array.TrueForAll(r.Series, s => s.IsSound));

    /// <param name="broker">0 is Mosquitto, 1 is ours.</param>
    public LoadSeries Series(LoadScenario scenario, int broker)
    {
        int at = _rows.FindIndex(r => r.Scenario == scenario.Name);
        if (at >= 0) return _rows[at].Series[broker];
        _rows.Add((scenario.Name, [new LoadSeries(), new LoadSeries()]));
        return _rows[^1].Series[broker];
    }

    public IEnumerable<string> JsonLines(int rounds)
    {
        foreach ((string scenario, LoadSeries[] series) in _rows)
        {
            for (int i = 0; i < 2; i++)
            {
                if (series[i].IsSound) continue;
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{{\"benchmark\":\"mqtt-compare\",\"scenario\":\"{scenario}\",\"broker\":\"{Brokers[i]}\",\"lost\":{series[i].Lost},\"disordered\":{series[i].Disordered},\"failure\":\"{series[i].Failure}\"}}");
            }

            foreach ((LoadFigure figure, double theirs, double ours) in Figures(series))
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{{\"benchmark\":\"mqtt-compare\",\"scenario\":\"{scenario}\",\"figure\":\"{figure.Name}\",\"unit\":\"{figure.Unit}\",\"mosquitto\":{theirs:0.#},\"automation\":{ours:0.#},\"ratio\":{ours / theirs:0.00},\"aim\":\"{Aim(figure.Aim)}\",\"met\":{Met(figure.Aim, theirs, ours)},\"rounds\":{rounds}}}");
            }
        }
    }

    public string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}. Medians; compare the ratios.");
        text.AppendLine();
        text.AppendLine("| figure | unit | Mosquitto | Automation | ratio | aim | met |");
        text.AppendLine("| --- | --- | ---: | ---: | ---: | --- | --- |");
        foreach ((_, LoadSeries[] series) in _rows)
        {
            foreach ((LoadFigure figure, double theirs, double ours) in Figures(series))
            {
                string met = figure.Aim is null ? "" : figure.Aim.Met(theirs, ours) ? "yes" : "no";
                text.AppendLine(CultureInfo.InvariantCulture, $"| {figure.Name} | {figure.Unit} | {theirs:#,0.#} | {ours:#,0.#} | {ours / theirs:0.00} | {Aim(figure.Aim)} | {met} |");
            }
        }

        return text.ToString();
    }

    /// <summary>Figures that both brokers gave.</summary>
    private static IEnumerable<(LoadFigure Figure, double Theirs, double Ours)> Figures(LoadSeries[] series) =>
        from figure in series[1].Figures
        let theirs = series[0].Median(figure.Name)
        where !double.IsNaN(theirs)
        select (figure, theirs, series[1].Median(figure.Name));

    private static string Aim(LoadAim? aim) => aim is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"{(aim.Kind == AimKind.RatioAtLeast ? "at least" : "at most")} {aim.Bound:0.0##}{(aim.Kind == AimKind.ValueAtMost ? "" : "×")}");

    private static string Met(LoadAim? aim, double theirs, double ours) => aim is null ? "null" : aim.Met(theirs, ours) ? "true" : "false";
}
