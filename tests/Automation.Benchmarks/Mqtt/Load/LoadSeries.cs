namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>One broker's results over the rounds: each figure's values, and what went wrong.</summary>
internal sealed class LoadSeries
{
    // In the order in which figures first came, so that tables read like the list of scenarios.
    private readonly List<(LoadFigure Figure, List<double> Values)> _figures = [];

    public long Lost { get; private set; }

    public long Disordered { get; private set; }

    public string? Failure { get; private set; }

    public bool IsSound => Failure is null && Lost == 0 && Disordered == 0;

    public IEnumerable<LoadFigure> Figures => _figures.Select(f => f.Figure);

    public void Add(LoadResult result)
    {
        Lost += result.Lost;
        Disordered += result.Disordered;
        Failure ??= result.Failure;
        foreach (LoadFigure figure in result.Figures)
        {
            int at = _figures.FindIndex(f => f.Figure.Name == figure.Name);
            if (at < 0) _figures.Add((figure, [figure.Value]));
            else _figures[at].Values.Add(figure.Value);
        }
    }

    /// <summary>The median of a figure over the rounds; NaN when it never came.</summary>
    public double Median(string name)
    {
        int at = _figures.FindIndex(f => f.Figure.Name == name);
        if (at < 0) return double.NaN;
        double[] sorted = [.. _figures[at].Values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
