using System.Text.Json.Nodes;
using Automation.Simulator.Control;
using Automation.Simulator.Devices;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Stories;

/// <summary>Plays scene after scene until it is stopped. The same devices and seed give the same scenes in the same order.</summary>
internal sealed partial class Story(IReadOnlyDictionary<string, DeviceModel> models, TimeSpan every, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>Time for clients to connect before the first scene.</summary>
    public static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(5);

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        try
        {
            var book = new SceneBook([.. models.Values.Select(m => m.Device)], random);
            await Task.Delay(FirstAfter, time, cancellationToken).ConfigureAwait(false);
            foreach (Func<Scene> next in InOrder(book.Scenes))
            {
                long began = time.GetTimestamp();
                await PlayAsync(next(), cancellationToken).ConfigureAwait(false);
                TimeSpan rest = every - time.GetElapsedTime(began);
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.FromSeconds(1), time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The simulator stops; so does the story.
        }
    }

    private async Task PlayAsync(Scene scene, CancellationToken cancellationToken)
    {
        LogScene(logger, scene.Name);
        foreach ((TimeSpan after, JsonObject order) in scene.Steps)
        {
            await Task.Delay(after, time, cancellationToken).ConfigureAwait(false);
            try
            {
                ControlApi.Emit(models, order);
            }
            catch (OrderException e)
            {
                LogOrder(logger, scene.Name, e.Message);
            }
        }
    }

    /// <summary>First as written, then shuffled round after round.</summary>
    private IEnumerable<Func<Scene>> InOrder(IReadOnlyList<Func<Scene>> scenes)
    {
        Func<Scene>[] round = [.. scenes];
        while (round.Length > 0)
        {
            foreach (Func<Scene> scene in round) yield return scene;
            random.Shuffle(round);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Story: {Scene}")]
    private static partial void LogScene(ILogger logger, string scene);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Story {Scene} could not go on as written: {Reason}")]
    private static partial void LogOrder(ILogger logger, string scene, string reason);
}
