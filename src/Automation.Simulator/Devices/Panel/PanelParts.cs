namespace Automation.Simulator.Devices.Panel;

/// <summary>An area as the panel keeps it; <c>subSystem</c> on the wire.</summary>
internal sealed class Area(int number)
{
    public int Number => number;

    /// <summary>disarm, arming, away or stay. 002 A.44.</summary>
    public string Arming { get; set; } = "disarm";

    public bool Alarm { get; set; }

    /// <summary>There was an alarm that nobody has cleared; disarming silences it and leaves this.</summary>
    public bool Memory { get; set; }

    /// <summary>When leaving began, while it lasts.</summary>
    public long LeavingSince { get; set; }

    /// <summary>Runs while somebody leaves; null when nobody does.</summary>
    public IDisposable? Exit { get; set; }

    /// <summary>Runs while somebody who came in has time to disarm.</summary>
    public IDisposable? Entry { get; set; }

    public bool IsArmed => Arming is "away" or "stay";
}

/// <summary>A zone as the panel keeps it.</summary>
internal sealed class Zone(int number, int area, string type)
{
    /// <summary>From 0.</summary>
    public int Number => number;

    public int Area => area;

    public string Type => type;

    public bool Open { get; set; }

    public bool Alarm { get; set; }

    public bool Bypassed { get; set; }

    public bool Tampered { get; set; }

    public bool LowBattery { get; set; }

    public bool Offline { get; set; }

    public int Charge { get; set; } = 95;

    public int Signal { get; set; } = 180;

    public int Temperature { get; set; } = 21;

    /// <summary>off, lidOnly or entirely; until the next disarming. 002 A.37.</summary>
    public string OneTimeDeactivation { get; set; } = "off";

    public string Deactivation { get; set; } = "off";

    /// <summary>Alarms whether armed or not.</summary>
    public bool Always => type is "24hNoSound" or "24hSound" or "Emergency" or "Fire" or "Gas" or "Medical";

    /// <summary>Not watched while people stay inside.</summary>
    public bool StayAway => type == "Follow";

    public bool Watches => !Bypassed && Deactivation != "entirely" && OneTimeDeactivation != "entirely";

    /// <summary>The event code without its first digit: 1 begins, 3 restores. 002 Appendix D.</summary>
    public int Code => type switch
    {
        "Delay" or "Follow" => 134,
        "Perimeter" => 131,
        "24hNoSound" or "24hSound" => 124,
        "Emergency" => 123,
        "Fire" => 110,
        "Gas" => 151,
        "Medical" => 100,
        _ => 103,
    };
}
