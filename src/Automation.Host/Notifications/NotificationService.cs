using System.Threading.Channels;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Notify;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Notifications;

/// <summary>
/// Tells people (EXC-3). Notices arrive in the database, in the transaction of the inputs they follow from; this takes them from there, keeps what it is about
/// to do, and only then does it. So one is told at least once, and at every try under the same id.
/// </summary>
internal sealed partial class NotificationService : IAsyncDisposable
{
    /// <summary>Notices taken at a time: keeps one turn short.</summary>
    private const int Batch = 500;

    private static readonly TimeSpan DiskRetry = TimeSpan.FromSeconds(1);

    /// <summary>A wall clock that is set is noticed at the latest after this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(6);

    /// <summary>What a message that is leaving may take at a stop; then it leaves again at the next start.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<(OutgoingMessage Message, DeliveryOutcome Outcome)> _outcomes;
    private readonly Channel<Func<Task>> _orders = Channel.CreateBounded<Func<Task>>(100);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopSending = new();
    private readonly Dictionary<Way, IDeliveryWay> _ways;
    private readonly HashSet<Task> _sending = [];
    private readonly NotificationLimits _limits;
    private readonly IDatabase _database;
    private readonly PushSubscriptions _subscriptions;
    private readonly MessageComposer _composer;
    private readonly DeliveryBook _book;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private DateTimeOffset _pruned;
    private bool _refused;
    private Task _running = Task.CompletedTask;

    public NotificationService(
        NotificationSettings settings, IDatabase database, PushSubscriptions subscriptions, INoticeWorld world, IEnumerable<IDeliveryWay> ways, TimeProvider time, Random random, ILogger logger)
    {
        _limits = settings.Limits;
        _database = database;
        _subscriptions = subscriptions;
        _time = time;
        _logger = logger;
        _ways = ways.ToDictionary(w => w.Way);
        _outcomes = Channel.CreateBounded<(OutgoingMessage, DeliveryOutcome)>(_limits.InFlight);
        _composer = new MessageComposer(world, _limits);
        var people = new NotificationPeople(settings);
        _book = new DeliveryBook(settings, people, new DeliveryPlanner(settings, people, subscriptions.Of), new DeliveryGates(world.WindowsOf, world.ZoneOf), random);
    }

    /// <summary>A message that cannot be handed over: site, whom and how, and why. Set before the start.</summary>
    public Action<Notice, string>? Failed { get; set; }

    /// <summary>Goes on with what the last process left open.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _subscriptions.LoadAsync(cancellationToken);
        List<(Notice, List<Delivery>)> open = await _database.ReadAsync(s => WithDeliveries(s, NotificationTables.Open(s)), cancellationToken);
        foreach ((Notice notice, List<Delivery> deliveries) in open) _book.Put(notice, deliveries);
        _pruned = _time.GetUtcNow();
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>There is something new in the database. Returns at once.</summary>
    public void Look() => _signal.Writer.TryWrite(true);

    /// <summary>Tries the dead letters of a notice again. False: there is none of that id, or nothing of it failed.</summary>
    public async Task<bool> RetryAsync(string id, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _orders.Writer.WriteAsync(
            async () =>
            {
                try
                {
                    List<(Notice Notice, List<Delivery> Deliveries)> found = await _database.ReadAsync(s => NotificationTables.Find(s, id) is { } one ? WithDeliveries(s, [one]) : [], CancellationToken.None);
                    foreach ((Notice notice, List<Delivery> deliveries) in found) _book.Put(notice, deliveries);
                    done.TrySetResult(found.Count > 0 && _book.Retry(found[0].Notice.Position, _time.GetUtcNow()));
                }
                catch (StorageException e)
                {
                    done.TrySetException(e);
                }
            },
            cancellationToken);
        Look();
        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Stops within seconds; what is open stays in the database.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Look();
        await _running;
        _stopSending.CancelAfter(StopPatience);
        while (_sending.Count > 0)
        {
            Task<bool> outcome = _outcomes.Reader.WaitToReadAsync().AsTask();
            await Task.WhenAny([.. _sending, outcome]);
            await TakeOutcomesAsync();
            _sending.RemoveWhere(t => t.IsCompleted);
        }

        await TakeOutcomesAsync();
        _stop.Dispose();
        _stopSending.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await TurnAsync();
                await WaitAsync();
            }
            catch (StorageException e)
            {
                if (!_refused) LogDiskRefuses(_logger, e.Message);
                _refused = true;
                await PauseAsync(DiskRetry);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A broken invariant: what it was about stays in the database.
                LogBroke(_logger, e);
                await PauseAsync(LongestWait);
            }
        }
    }

    private async Task TurnAsync()
    {
        await TakeOutcomesAsync();
        _sending.RemoveWhere(t => t.IsCompleted);
        List<(Notice Notice, List<Delivery> Deliveries)> changed = await _database.ReadAsync(s => WithDeliveries(s, NotificationTables.Changed(s, Batch)), _stop.Token);
        foreach ((Notice notice, List<Delivery> deliveries) in changed) _book.Put(notice, deliveries);
        while (_orders.Reader.TryRead(out Func<Task>? order)) await order();
        DateTimeOffset now = _time.GetUtcNow();
        BookStep step = _book.Step(now);
        if (changed.Count > 0 || !step.ChangesNothing) await SaveAsync(step, [.. changed.Select(c => c.Notice)]);
        if (_refused) LogDiskIsBack(_logger);
        _refused = false;
        await TellDeadAsync(step);
        foreach (OutgoingMessage message in step.Messages) _sending.Add(Task.Run(() => SendAsync(message), CancellationToken.None));
        if (changed.Count == Batch) Look();
        if (now - _pruned < PruneEvery) return;
        _pruned = now;
        await _database.RunAsync(s => NotificationTables.Prune(s, now - _limits.KeptFor, _limits.KeptNotices), _stop.Token);
    }

    private async Task TakeOutcomesAsync()
    {
        while (_outcomes.Reader.TryRead(out (OutgoingMessage Message, DeliveryOutcome Outcome) ended))
        {
            BookStep step = _book.Finish(ended.Message, ended.Outcome, _time.GetUtcNow());
            await SaveAsync(step, []);
            if (ended.Message.Way == Way.WebPush && ended.Outcome.Reason == DeliveryReason.Gone) await _subscriptions.RemoveAsync(ended.Message.Target, CancellationToken.None);
            string way = ended.Message.Way.ToString().ToLowerInvariant();
            if (ended.Outcome.Succeeded) LogSent(_logger, ended.Message.Person.Id, way, ended.Message.Id);
            else LogNotSent(_logger, ended.Message.Person.Id, way, ended.Message.Id, ended.Outcome.Reason, ended.Outcome.Detail);
            await TellDeadAsync(step);
        }
    }

    /// <summary>Nothing leaves that is not kept: while the disk refuses, this waits. Only a stop gives up; the next start then works it out again.</summary>
    private async Task SaveAsync(BookStep step, IReadOnlyList<Notice> seen)
    {
        while (true)
        {
            try
            {
                await _database.RunAsync(
                    s =>
                    {
                        NotificationTables.Seen(s, seen);
                        NotificationTables.Save(s, step);
                        return 0;
                    },
                    CancellationToken.None);
                return;
            }
            catch (StorageException e) when (!_stop.IsCancellationRequested)
            {
                if (!_refused) LogDiskRefuses(_logger, e.Message);
                _refused = true;
            }

            await PauseAsync(DiskRetry);
        }
    }

    private async Task SendAsync(OutgoingMessage message)
    {
        DeliveryOutcome outcome;
        try
        {
            outcome = _ways.TryGetValue(message.Way, out IDeliveryWay? way)
                ? await way.SendAsync(message, _composer.Write(message), _stopSending.Token)
                : DeliveryOutcome.Failed(DeliveryReason.MessageRefused, false, "this way is not configured any more");
        }
        catch (OperationCanceledException) when (_stopSending.IsCancellationRequested)
        {
            // Nobody knows whether it left: it leaves again at the next start, under the same id.
            return;
        }
        catch (Exception e)
        {
            LogBroke(_logger, e);
            outcome = DeliveryOutcome.Failed(DeliveryReason.BadAnswer, false, e.Message);
        }

        await _outcomes.Writer.WriteAsync((message, outcome));
        Look();
    }

    private async Task TellDeadAsync(BookStep step)
    {
        if (Failed is not { } failed) return;
        foreach (IGrouping<DeliveryGroup, Delivery> dead in step.Deliveries.Where(d => d.State is DeliveryState.Failed or DeliveryState.Expired && d.Reason != DeliveryReason.Gone).GroupBy(d => d.Group))
        {
            Delivery first = dead.First();
            Notice? notice = await _database.ReadAsync(s => NotificationTables.FindAt(s, first.Notice), CancellationToken.None);
            string why = first.State == DeliveryState.Expired ? "expired, last " : "";
            if (notice is not null) failed(notice, $"{first.Person} could not be told by {first.Way.ToString().ToLowerInvariant()}: {why}{Hub.Payloads.Camel(first.Reason.ToString())} {first.Detail}".Trim());
        }
    }

    private async Task WaitAsync()
    {
        DateTimeOffset now = _time.GetUtcNow();
        TimeSpan wait = _book.NextDue is { } due && due - now < LongestWait ? due - now : LongestWait;
        if (wait <= TimeSpan.Zero) return;
        using var deadline = new CancellationTokenSource(wait, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop.Token);
        try
        {
            await _signal.Reader.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // It is time for something.
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The stop is seen by the loop.
        }
    }

    private static List<(Notice, List<Delivery>)> WithDeliveries(SqlSession s, List<Notice> notices) => [.. notices.Select(n => (n, NotificationTables.Deliveries(s, n.Position)))];

    [LoggerMessage(Level = LogLevel.Information, Message = "{Person} was told by {Way} ({Message})")]
    private static partial void LogSent(ILogger logger, string person, string way, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Person} was not told by {Way} ({Message}): {Reason} {Detail}")]
    private static partial void LogNotSent(ILogger logger, string person, string way, string message, DeliveryReason reason, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nobody is told at present, the disk refuses: {Reason}")]
    private static partial void LogDiskRefuses(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "People are told again, the disk is back")]
    private static partial void LogDiskIsBack(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Telling people met a defect and goes on")]
    private static partial void LogBroke(ILogger logger, Exception e);
}
