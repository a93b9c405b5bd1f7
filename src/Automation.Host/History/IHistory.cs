using Automation.Core.Model;

namespace Automation.Host.History;

/// <summary>What happened, for whoever asks: requests, the dashboard, reports.</summary>
/// <remarks>Methods throw <see cref="Storage.StorageException"/> when the database refuses.</remarks>
internal interface IHistory
{
    /// <summary>The newest rows that fit, or those that come before a cursor.</summary>
    /// <param name="maximum">1 to <see cref="HistoryLimits.PageRows"/>.</param>
    ValueTask<HistoryPage> ReadAsync(HistoryFilter filter, HistoryCursor? before, int maximum, CancellationToken cancellationToken);

    /// <summary>All rows that fit, newest first, read page by page.</summary>
    IAsyncEnumerable<HistoryRow> StreamAsync(HistoryFilter filter, CancellationToken cancellationToken);

    /// <summary>The numbers of a resource by minute, oldest first; a minute in which nothing changed has none.</summary>
    /// <param name="property">Null: all.</param>
    /// <param name="step">At least a minute: minutes of one step are made one sample, so that a month fits on a screen.</param>
    ValueTask<IReadOnlyList<Sample>> SamplesAsync(ResourceAddress resource, string? property, DateTimeOffset from, DateTimeOffset until, TimeSpan step, CancellationToken cancellationToken);
}
