using System.Net.Http;

namespace Automation.CrashTest;

/// <summary>What happens at the devices and what other clients ask for, one thing after the other, decided by the seed.</summary>
internal sealed class Story(World world, Witness witness, Random random)
{
    private int _azimuth;

    /// <summary>People that came in since counting began.</summary>
    public long Entered { get; private set; }

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await NextAsync();
                await Task.Delay(random.Next(5, 60), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is Automation.Mqtt.Client.MqttClientException or IOException or InvalidOperationException or ObjectDisposedException)
            {
                // The program was just killed.
                return;
            }
        }
    }

    public async Task EnterAsync(int people)
    {
        await world.EmitAsync(new { device = "entrance", @event = "peopleCounting", enter = people });
        Entered += people;
    }

    private Task NextAsync() => random.Next(12) switch
    {
        0 => ZoneAsync(0),
        1 => ZoneAsync(1),
        2 or 3 => ZoneAsync(2),
        4 => ZoneAsync(3),
        5 or 6 => world.EmitAsync(new { device = "nvr", @event = "motionDetection", channel = 1, state = "pulse", seconds = 0.3 }),
        7 => world.EmitAsync(new { device = "nvr", @event = "motionDetection", channel = 2, state = "pulse", seconds = 0.3 }),
        8 => EnterAsync(random.Next(1, 4)),
        9 => SwitchAsync(random.Next(2) == 0 ? "switched-a" : "switched-b"),
        10 when _azimuth < 3_600 => witness.MoveAsync(_azimuth++),
        _ => witness.CommandAsync("store/nvr/channel/2", new { action = "callPreset", preset = 6 }),
    };

    private Task ZoneAsync(int zone) => world.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone, state = random.Next(2) == 0 ? "active" : "inactive" });

    private Task SwitchAsync(string rule) => witness.IsAsking("rules/enable") ? Task.CompletedTask : witness.SwitchAsync(rule, random.Next(2) == 0);
}
