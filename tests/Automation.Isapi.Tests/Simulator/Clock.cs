using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>Lets simulated time pass until something has happened.</summary>
internal static class Clock
{
    public static async Task<T> PassUntil<T>(this ManualTime time, Task<T> done, TimeSpan step)
    {
        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (!done.IsCompleted)
        {
            if (limit.Elapsed > Until.Limit) throw new TimeoutException("Simulated time passed and nothing happened.");
            time.Advance(step);
            await Task.WhenAny(done, Task.Delay(5));
        }

        return await done;
    }
}
