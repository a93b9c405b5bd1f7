using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>What one publisher's batch left to do: sockets to flush, subscribers to wait for, storage to wait for. One thread at a time.</summary>
internal sealed class Dispatch
{
    private readonly List<Output> _outputs = [];
    private readonly List<Subscriber> _congested = [];

    /// <summary>Unix time in milliseconds, read once a batch.</summary>
    public long Now { get; set; }

    /// <summary>The highest storage ticket of the message at hand; 0: nothing was stored.</summary>
    public long Ticket { get; set; }

    public bool HasCongested => _congested.Count > 0;

    public void MustFlush(Output output) => _outputs.Add(output);

    public void Congested(Subscriber subscriber)
    {
        if (!_congested.Contains(subscriber)) _congested.Add(subscriber);
    }

    public void Flush()
    {
        if (_outputs.Count == 0) return;
        foreach (Output output in _outputs) output.Flush();
        _outputs.Clear();
    }

    /// <summary>Slows this publisher down for those that do not keep up, each within its patience.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < _congested.Count; i++) await _congested[i].WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
        _congested.Clear();
    }

    public void Forget() => _congested.Clear();
}
