"""The agents as Mesa sees them: faces of rows. What they show is what the rules compute; they hold nothing themselves."""

from sim.agents.faces import Face, FaceSet, Government, Household, Person, Township, Village, VillageEnterprise

__all__ = ["Face", "FaceSet", "Government", "Household", "Person", "Township", "Village", "VillageEnterprise"]
