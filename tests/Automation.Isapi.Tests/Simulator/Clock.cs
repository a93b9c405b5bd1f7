using System.Diagnostics;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>Lets simulated time pass until something has happened.</summary>
internal static class Clock
{
    public static async Task<T> PassUntil<T>(this ManualTime time, Task<T> done, TimeSpan step)
    {
        await time.PassUntil(() => done.IsCompleted, step);
        return await done;
    }

    /// <summary>After each step the simulator gets a moment, so that what was due is done before more becomes due.</summary>
    public static async Task PassUntil(this ManualTime time, Func<bool> done, TimeSpan step)
    {
        var limit = Stopwatch.StartNew();
        while (!done())
        {
            if (limit.Elapsed > Until.Limit) throw new TimeoutException("Simulated time passed and nothing happened.");
            time.Advance(step);
            await Task.Delay(10);
        }
    }
}
