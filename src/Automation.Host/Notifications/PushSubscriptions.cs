using System.Collections.Immutable;
using Automation.Host.Storage.Sql;
using Automation.Notify.WebPush;

namespace Automation.Host.Notifications;

/// <summary>The browsers that asked to be told. Safe to call from any thread.</summary>
internal sealed class PushSubscriptions(IDatabase database, NotificationLimits limits, TimeProvider time)
{
    private ImmutableDictionary<string, (string Person, PushTarget Target)> _byEndpoint = ImmutableDictionary<string, (string, PushTarget)>.Empty;

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        List<(string Person, PushTarget Target)> rows = await database.ReadAsync(NotificationTables.Subscriptions, cancellationToken);
        _byEndpoint = rows.ToImmutableDictionary(r => r.Target.Endpoint, StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Of(string person) => [.. _byEndpoint.Where(p => p.Value.Person == person).Select(p => p.Key).Order(StringComparer.Ordinal)];

    public PushTarget? Find(string endpoint) => _byEndpoint.TryGetValue(endpoint, out (string, PushTarget Target) found) ? found.Target : null;

    /// <summary>False: there are too many already.</summary>
    public async Task<bool> AddAsync(string person, PushTarget target, CancellationToken cancellationToken)
    {
        if (_byEndpoint.Count >= limits.Subscriptions && !_byEndpoint.ContainsKey(target.Endpoint)) return false;
        await database.RunAsync(
            s =>
            {
                NotificationTables.Subscribe(s, person, target, time.GetUtcNow());
                return 0;
            },
            cancellationToken);
        ImmutableInterlocked.Update(ref _byEndpoint, static (all, added) => all.SetItem(added.target.Endpoint, (added.person, added.target)), (person, target));
        return true;
    }

    /// <summary>False: there is none for this endpoint.</summary>
    public async Task<bool> RemoveAsync(string endpoint, CancellationToken cancellationToken)
    {
        bool removed = await database.RunAsync(s => NotificationTables.Unsubscribe(s, endpoint), cancellationToken);
        ImmutableInterlocked.Update(ref _byEndpoint, static (all, gone) => all.Remove(gone), endpoint);
        return removed;
    }
}
