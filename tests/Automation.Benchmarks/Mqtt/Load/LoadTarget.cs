namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>The broker under load.</summary>
/// <param name="ProcessId">Null: its memory is not known, and memory figures are 0.</param>
internal sealed record LoadTarget(int Port, int? ProcessId, TimeProvider Time)
{
    /// <summary>How long anything may make no progress.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static int _runs;

    /// <summary>A word that no earlier run has used: for client ids and topics.</summary>
    public static string NewRun() => $"ml{Environment.ProcessId}x{Interlocked.Increment(ref _runs)}";

    public long ResidentKilobytes => ProcessMemory.ResidentKilobytes(ProcessId);

    /// <summary>Connects all with a clean session and waits for their CONNACK.</summary>
    public bool Connect(List<LoadClient> clients, LoadPoll poll)
    {
        foreach (LoadClient client in clients)
        {
            if (!client.Dial(clean: true)) return false;
        }

        return WaitFor(clients, poll, () => clients.TrueForAll(c => c.IsUp));
    }

    /// <summary>Drives the clients until the condition holds; false when it does not within <see cref="Patience"/>.</summary>
    public bool WaitFor(List<LoadClient> clients, LoadPoll poll, Func<bool> condition)
    {
        long start = Time.GetTimestamp();
        while (!condition())
        {
            if (Time.GetElapsedTime(start) > Patience) return false;
            poll.Wait(clients, TimeSpan.FromMilliseconds(20));
        }

        return true;
    }

    /// <summary>Drives the clients for a while.</summary>
    public void Rest(List<LoadClient> clients, LoadPoll poll, TimeSpan duration)
    {
        long start = Time.GetTimestamp();
        while (Time.GetElapsedTime(start) < duration) poll.Wait(clients, TimeSpan.FromMilliseconds(50));
    }
}
