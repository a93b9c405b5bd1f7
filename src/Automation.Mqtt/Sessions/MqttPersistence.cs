namespace Automation.Mqtt.Sessions;

/// <summary>The persistence that keeps nothing: sessions and retained messages live as long as the process.</summary>
public static class MqttPersistence
{
    public static IMqttPersistence None { get; } = new NoPersistence();

    private sealed class NoPersistence : IMqttPersistence
    {
        public event Action<long>? DurableChanged
        {
            add { }
            remove { }
        }

        public bool IsEnabled => false;

        public long Durable => long.MaxValue;

        public bool IsFull => false;

        public Task<MqttStoredState> LoadAsync(CancellationToken cancellationToken) => Task.FromResult(MqttStoredState.Empty);

        public long Append(MqttStoreChange change) => 0;

        public void BeginGroup()
        {
        }

        public void EndGroup()
        {
        }

        public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
