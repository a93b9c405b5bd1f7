namespace Automation.Benchmarks.Durability;

/// <summary>What came of it; times in milliseconds.</summary>
/// <param name="Sent">Events that left the devices.</param>
/// <param name="LeftOut">Events that were due and that the devices did not manage to send.</param>
/// <param name="LostEvents">Sent and not in the journal.</param>
/// <param name="LostRequests">Begins of an acting device without their call; negative: calls too many.</param>
/// <param name="NotDone">Action requests that did not end as done, by how.</param>
/// <param name="ToJournal50">From the device's stamp on the event to the instant at which the journal took it, median.</param>
/// <param name="ToDevice50">From the device's stamp on the event to the call that it caused, at the device, median.</param>
/// <param name="Told">What the program told on <c>…/exceptions</c>, and how often.</param>
/// <param name="MegabytesAtRunIn">Resident memory when the measuring begins, its highest in the first and in the second half, and at the end.</param>
/// <param name="Backlog">Seconds from the end of the load until all of it was worked off.</param>
/// <param name="LoadAverage">Of the machine over the last minute, at the begin and at the end: above its number of processors the figures say little.</param>
internal sealed record DurableLoadFigure(
    int Rate, int Seconds, long Sent, long LeftOut, long LostEvents, long Begins, long Requests, long LostRequests, IReadOnlyDictionary<string, long> NotDone,
    double ToJournal50, double ToJournal99, double ToJournalMost, double ToDevice50, double ToDevice99, double ToDeviceMost, IReadOnlyDictionary<string, long> Told,
    double MegabytesAtRunIn, double MegabytesFirstHalf, double MegabytesSecondHalf, double MegabytesAtEnd, double DatabaseMegabytes, double CpuPercent, double Backlog, string LoadAverage, int ExitCode)
{
    public bool IsSound => LostEvents == 0 && LostRequests == 0 && NotDone.Count == 0 && ExitCode == 0;
}
